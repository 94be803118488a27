// Topic dead-letters: a record that could not be processed, with where it came from and why.
#pragma once

#include <cstdint>
#include <string>

namespace hedgerow {

struct dead_letter {
  /// Consumer group that gave up.
  std::string service;
  std::string origin_topic;
  std::uint32_t origin_partition = 0;
  /// Negative when it did not come from the log (for example a frame from the node).
  std::int64_t origin_offset = -1;
  std::string key;
  /// The record as it was; bytes that are not UTF-8 are replaced. Cut to 64 KiB.
  std::string value;
  /// Stable, snake_case: `malformed_evm_log`, `unpriceable_fill`, `bad_json`.
  std::string reason;
  std::string detail;
  std::uint32_t attempts = 1;
  friend bool operator==(const dead_letter&, const dead_letter&) = default;
};

}  // namespace hedgerow
