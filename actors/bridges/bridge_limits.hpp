// What a bridge may take, hold and wait for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace hedgerow::bridges {

struct bridge_limits {
  /// Largest number of records taken in one cycle.
  std::size_t batch_max = 1000;
  /// Transactions that may be on their way at once.
  std::size_t commits_in_flight = 4;
  /// An entity that does not answer its slice for this long is restarted.
  std::chrono::milliseconds handle_timeout{30'000};
  /// Tries of a single record before it becomes a dead letter.
  std::uint32_t max_attempts = 3;
  /// An idle entity without mail for this long is stopped.
  std::chrono::milliseconds passivate_after{600'000};
  /// How long a drain waits for effects that are under way.
  std::chrono::milliseconds drain_grace{5'000};
  /// Pause before an entity that works on its own is started again after it died, and before a record that failed alone
  /// is tried again; doubles with each further failure.
  std::chrono::milliseconds entity_backoff{100};
  /// Longest pause before a record is tried again.
  std::chrono::milliseconds retry_backoff_max{10'000};
  /// So many deaths without a step in between end the bridge: its supervisor decides then.
  std::uint32_t entity_deaths = 5;
  /// Larger transactions are not handed over: what a backlog needs is many records per transaction.
  std::size_t hand_over_max = 64;
  /// Longer than the receiver may take with all its tries, and then the log with the transaction.
  std::chrono::milliseconds hand_over_timeout{300'000};
  /// How long offsets of records that need no transaction wait for one.
  std::chrono::milliseconds offsets_wait{1'000};
};

}  // namespace hedgerow::bridges
