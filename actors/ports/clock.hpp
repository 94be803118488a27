// Time as the inside sees it. Only adapters read a real clock.
#pragma once

#include <chrono>

#include "messages/types/time.hpp"

namespace hedgerow::ports {

/// Time since an arbitrary start that never goes back and also goes on while the machine is suspended. Leases and
/// time-outs are measured with it.
using monotonic_time = std::chrono::nanoseconds;

/// The end of a lease, on both clocks: the monotonic one cannot be set, and the wall clock is the one that a machine
/// that was frozen from outside gets right again.
struct deadline {
  monotonic_time monotonic{0};
  timestamp wall;
  /// Either clock has come to the end.
  [[nodiscard]] bool passed(monotonic_time now, timestamp wall_now) const {
    return now >= monotonic || wall_now >= wall;
  }
};

/// Thread-safe.
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual timestamp now() const = 0;
  [[nodiscard]] virtual monotonic_time monotonic() const = 0;
};

}  // namespace hedgerow::ports
