// From configuration keys to what each service is told.
#pragma once

#include "config/settings.hpp"
#include "runtime/node/node.hpp"

namespace hedgerow::world {

/// `values` must have passed config::check.
[[nodiscard]] node::node_settings to_node_settings(const config::settings& values);

}  // namespace hedgerow::world
