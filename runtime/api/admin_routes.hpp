// The routes of the admin port.
#pragma once

#include "runtime/api/api_actor.hpp"
#include "runtime/api/routes.hpp"

namespace hedgerow::api {

struct admin_context {
  caf::actor_system* system = nullptr;
  admin_options options;
  admin_ports outside;
  protocol::control_desk_actor controls;
};

/// Without a context the table can only be shown.
[[nodiscard]] routes admin_routes(std::shared_ptr<const admin_context> context);

}  // namespace hedgerow::api
