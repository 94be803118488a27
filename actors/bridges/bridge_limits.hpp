// What a bridge may take, hold and wait for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "messages/types/bridge_policy.hpp"
#include "messages/types/supervision_policy.hpp"

namespace hedgerow::bridges {

/// The policy is the setting; the rest has no key, or follows from other ones.
struct bridge_limits : bridge_policy {
  /// Largest number of records taken in one cycle.
  std::size_t batch_max = usual_batch_max;
  /// How long a drain waits for effects that are under way.
  std::chrono::milliseconds drain_grace = supervision_policy{}.drain_grace();
  /// Pause before an entity that works on its own is started again after it died, and before a record that failed alone
  /// is tried again; doubles with each further failure.
  std::chrono::milliseconds entity_backoff{100};
  /// Longest pause before a record is tried again.
  std::chrono::milliseconds retry_backoff_max{10'000};
  /// So many deaths without a step in between end the bridge: its supervisor decides then.
  std::uint32_t entity_deaths = 5;
  /// Larger transactions are not handed over: what a backlog needs is many records per transaction.
  std::size_t hand_over_max = 64;
  /// How long offsets of records that need no transaction wait for one.
  std::chrono::milliseconds offsets_wait{1'000};
};

}  // namespace hedgerow::bridges
