// Logs that cannot be accepted yet, and the questions that they wait for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/ports/chain_client.hpp"
#include "messages/events/blockchain_event.hpp"

namespace hedgerow::ingestion {

/// Who told a log.
enum class log_source : std::uint8_t {
  live,    // the subscription, in any order and as late as it likes
  range,   // a range that is read for the first time, or again after a doubt
  rescan,  // a range that was read before
  ours,    // it was accepted before, or its block was proven
};

/// A fill that cannot be accepted yet.
struct candidate {
  raw_evm_log log;
  orderbook_version version = orderbook_version::v4;
  std::optional<timestamp> time;
  /// Came with a range, which is accepted in the order of the chain; live logs do not wait for each other.
  bool of_range = false;
  bool needs_after_clear = false;
  std::optional<raw_evm_log> after_clear;
  /// Receipts that have this log, but no AfterClear behind it.
  std::uint32_t receipts_without = 0;
  /// Answers that had no receipt of its transaction, or one without it.
  std::uint32_t without_receipt = 0;
  /// When the wait began.
  monotonic_time since{0};
};

/// Logs of one height that is below all headers that are kept, until the window has them or their block is refuted.
struct late_block {
  std::vector<raw_evm_log> logs;
  /// Number of the newest plan to ask for the header: the timer of an older one does nothing.
  std::uint64_t turn = 0;
  std::uint32_t tries = 0;
  /// How long the node, while it was connected, has been asked in vain.
  std::chrono::milliseconds waited{0};
  /// They are dead letters by now.
  bool buried = false;
};

/// Frames, and late logs, remembered as dead letters; after that many one may become a dead letter again, under the
/// same key.
inline constexpr std::size_t dead_frames_kept = 1000;

/// Questions that are not answered are asked again after pauses that grow up to this one.
inline constexpr std::chrono::milliseconds longest_pause{5000};

/// A question to the node that is asked until it is answered: one at a time, with growing pauses.
struct question {
  /// Number of the newest plan: the timer of an older one does nothing.
  std::uint64_t turn = 0;
  /// The question is under way; otherwise its next turn is planned, or due.
  bool asked = false;
  /// It is asked as soon as fewer are under way than may be.
  bool due = false;
  /// Answers in a row that settled nothing.
  std::uint32_t failures = 0;
};

[[nodiscard]] inline bool is_throttle(const ports::chain_error& why) {
  return why.kind == ports::chain_failure::throttled || why.kind == ports::chain_failure::limit_exceeded;
}

}  // namespace hedgerow::ingestion
