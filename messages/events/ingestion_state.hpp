// Topic ingestion-changelog: how far ingestion has read and which logs a reorg could still take back.
#pragma once

#include <cstdint>

#include "messages/events/blockchain_event.hpp"

namespace hedgerow {

/// Key `checkpoint`.
struct ingestion_checkpoint {
  std::uint64_t chain_id = 0;
  /// Every block up to this one has been read completely; monotonic except after a reorg below it.
  std::uint64_t block = 0;
  hash32 block_hash;
  /// Sequence that the next accepted log gets.
  std::uint64_t next_sequence = 1;
  friend bool operator==(const ingestion_checkpoint&, const ingestion_checkpoint&) = default;
};

// Key `floor`: an ingestion_checkpoint whose `block` is the lowest block of which no log was dropped from the window;
// the other fields mean nothing. Key `{block_hash}:{log_index}`: the blockchain_event itself while it is within the
// reorg window, or in the newest block behind it, then a tombstone.

}  // namespace hedgerow
