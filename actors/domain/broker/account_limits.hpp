// How much the account may ask of its broker (order-protocol, "The gate in front of it"). All nodes share it.
#pragma once

#include <cstdint>

namespace hedgerow::domain {

/// In any minute, by all nodes together; each one gets an equal part.
struct account_limits {
  /// Calls of the broker's API, of all kinds. At least 1.
  std::uint32_t calls_per_minute = 120;
  /// Orders. At least 1.
  std::uint32_t orders_per_minute = 60;
};

}  // namespace hedgerow::domain
