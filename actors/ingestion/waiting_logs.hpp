// Logs that cannot be accepted yet, and the questions that they wait for.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/chain/reorg_window.hpp"
#include "actors/ports/chain_client.hpp"
#include "messages/events/blockchain_event.hpp"

namespace hedgerow::ingestion {

/// Who told a log.
enum class log_source : std::uint8_t {
  live,    // the subscription, in any order and as late as it likes
  range,   // a range that is read for the first time, or again after a doubt
  rescan,  // a range that was read before
  proven,  // the node has shown its block: it was accepted before, or came late
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

/// Heights with late logs that are asked for at a time; a log of one more is a dead letter at once.
inline constexpr std::size_t late_heights = 64;
inline constexpr std::size_t late_logs_of_one_height = 1000;

/// Reason and key of the dead letter of a log that no record can hold.
inline constexpr std::string_view record_too_large = "record_too_large";
[[nodiscard]] inline std::string letter_key(const evm_log_ref& log) { return "log:" + domain::window_key(log); }

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
