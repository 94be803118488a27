// How many nodes spend the account's budgets: call budget and order rate are for the whole account, so each node gets
// an equal part. The cluster says how many; a node that is alone has everything.
#pragma once

#include <mutex>

#include "actors/domain/cluster/account_share.hpp"
#include "actors/ports/clock.hpp"

namespace hedgerow::broker {

/// Thread-safe.
class account_share {
 public:
  /// Sets how many nodes may be calling the broker from now on, this one included.
  void set(std::uint32_t callers, monotonic_time now) {
    const std::scoped_lock lock{mutex_};
    count_.set(callers, now);
  }

  /// The divisor of the budgets: the largest count of the last minute, so a part falls at once and rises later.
  [[nodiscard]] std::uint32_t callers(monotonic_time now) const {
    const std::scoped_lock lock{mutex_};
    return count_.most(now);
  }

 private:
  mutable std::mutex mutex_;
  domain::caller_count count_{std::chrono::minutes{1}};
};

}  // namespace hedgerow::broker
