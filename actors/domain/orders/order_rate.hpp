// How many orders the account places in a minute. Pure: time comes in from outside, on a clock that never goes back.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// The placements of the last minute, exactly.
class order_rate {
 public:
  void add(monotonic_time now);
  /// When one more may be placed so that no minute has more than `limit` (at least 1); `now` when at once.
  [[nodiscard]] monotonic_time next_allowed(std::uint32_t limit, monotonic_time now) const;

 private:
  static constexpr std::chrono::minutes window_{1};
  /// Ascending; those that are older than the window go with the next add().
  std::deque<monotonic_time> times_;
};

}  // namespace hedgerow::domain
