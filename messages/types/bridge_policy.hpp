// How much a bridge takes at once, and how long it waits for its actors. The bridge, who must answer it in time, and
// the configuration all see it here.
#pragma once

#include <chrono>
#include <cstdint>

namespace hedgerow {

/// Most records in one cycle where the log has no reason for another number.
inline constexpr std::uint32_t usual_batch_max = 1000;

struct bridge_policy {
  /// Transactions that may be on their way at once.
  std::uint32_t commits_in_flight = 4;
  /// An entity that does not answer its slice for this long is restarted.
  std::chrono::milliseconds handle_timeout{30'000};
  /// Tries of a single record before it becomes a dead letter.
  std::uint32_t max_attempts = 3;
  /// An idle entity without mail for this long is stopped.
  std::chrono::milliseconds idle_passivate{600'000};

  /// How long an entity may wait for somebody else before it answers: a third of handle_timeout, since waiting is not
  /// hanging.
  [[nodiscard]] constexpr std::chrono::milliseconds longest_wait() const { return handle_timeout / 3; }
};

}  // namespace hedgerow
