// Time as the inside sees it. Only adapters read a real clock.
#pragma once

#include <chrono>

#include "messages/types/time.hpp"

namespace hedgerow::ports {

/// Time since an arbitrary start that never goes back. Leases and time-outs are measured with it.
using monotonic_time = std::chrono::nanoseconds;

/// Thread-safe.
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual timestamp now() const = 0;
  [[nodiscard]] virtual monotonic_time monotonic() const = 0;
};

}  // namespace hedgerow::ports
