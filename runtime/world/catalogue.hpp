// What this program has, for the configuration: its services and its brokers.
#pragma once

#include "config/config.hpp"

namespace hedgerow::world {

/// From the two registries.
[[nodiscard]] const config::catalogue& catalogue();

}  // namespace hedgerow::world
