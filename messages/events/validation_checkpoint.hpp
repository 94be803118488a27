// Topic validation-changelog, key `checkpoint`: how far validation has judged the events, and what it remembers.
#pragma once

#include <cstdint>

namespace hedgerow {

struct validation_checkpoint {
  /// Events below it have been judged.
  std::uint64_t next_sequence = 1;
  /// The newest block of the applied events among them.
  std::uint64_t block = 0;
  /// What was written for the events from this one on is remembered (written_trades); 1: for all. Above 1 after a
  /// version that remembered nothing.
  std::uint64_t remembered_from = 1;
  /// What was written for logs of blocks below it may have been forgotten.
  std::uint64_t forgotten_below = 0;
  friend bool operator==(const validation_checkpoint&, const validation_checkpoint&) = default;
};

}  // namespace hedgerow
