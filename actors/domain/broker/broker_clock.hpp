// The difference between the broker's wall clock and ours, from the times in its answers. Pure.
#pragma once

#include <chrono>

#include "messages/types/time.hpp"

namespace hedgerow::domain {

class broker_clock {
 public:
  /// An answer showed the broker's time, within [broker_time, broker_time + 1 s), at some moment between `sent` and
  /// `received` of our clock. Each answer narrows what the difference can be; one that contradicts the earlier ones
  /// means that a clock was set, and restarts the estimate.
  void heard(timestamp sent, timestamp received, timestamp broker_time);

  /// By how much the broker's clock is ahead of ours; negative when it is behind, zero as long as the two may agree.
  [[nodiscard]] microseconds ahead() const;

 private:
  bool known_ = false;
  microseconds least_{0};
  microseconds most_{0};
};

}  // namespace hedgerow::domain
