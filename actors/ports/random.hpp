// Randomness as the inside sees it: jitter only, never identity.
#pragma once

#include <cstdint>

namespace hedgerow::ports {

/// Thread-safe.
class random {
 public:
  virtual ~random() = default;
  /// Uniform over all 64-bit values.
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

}  // namespace hedgerow::ports
