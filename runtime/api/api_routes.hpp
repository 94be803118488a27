// The routes of the API port.
#pragma once

#include "runtime/api/api_actor.hpp"
#include "runtime/api/routes.hpp"

namespace hedgerow::api {

struct api_context {
  caf::actor_system* system = nullptr;
  api_options options;
  api_ports outside;
  aggregator::aggregator_actor model;
};

/// Without a context the table can only be shown.
[[nodiscard]] routes api_routes(std::shared_ptr<const api_context> context);

}  // namespace hedgerow::api
