// Time as the inside sees it. Only adapters read a real clock.
#pragma once

#include "messages/types/time.hpp"

namespace hedgerow::ports {

/// Thread-safe.
class clock {
 public:
  virtual ~clock() = default;
  [[nodiscard]] virtual timestamp now() const = 0;
  [[nodiscard]] virtual monotonic_time monotonic() const = 0;
};

}  // namespace hedgerow::ports
