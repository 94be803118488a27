// From configuration keys to the settings of each service.
#pragma once

#include "config/settings.hpp"
#include "runtime/node/node.hpp"

namespace hedgerow::world {

/// What the services that run with these settings need together.
[[nodiscard]] service_needs needs_of(const config::settings& values);

/// `values` must have passed config::check.
[[nodiscard]] node::node_settings to_node_settings(const config::settings& values);

}  // namespace hedgerow::world
