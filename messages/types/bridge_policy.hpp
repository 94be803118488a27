// How much a bridge takes at once, and how long it waits for its actors. The bridge, who must answer it in time, and
// the configuration all see it here.
#pragma once

#include <chrono>
#include <cstddef>
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

  /// How long a bridge waits for the end of a transaction that it left to the next one. Each of the `links` bridges
  /// after it may be at a batch of the log first, and then handle what it takes over, each with all tries of a record;
  /// a minute is for the log itself.
  [[nodiscard]] constexpr std::chrono::milliseconds hand_over_timeout(std::size_t links) const {
    return static_cast<std::int64_t>(links) * 2 * (1 + max_attempts) * handle_timeout + std::chrono::minutes{1};
  }
};

}  // namespace hedgerow
