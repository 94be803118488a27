// What the API is to its node: the read model and the HTTP server in front of it.
#pragma once

#include "actors/services/descriptor.hpp"
#include "runtime/api/api_actor.hpp"

namespace hedgerow::api {

inline constexpr const char* service_name = "api";
inline constexpr service_info description{
    service_name, "answers people and other machines, and shows what is hedged", {}, std::nullopt, "api", {.api = true},
    false};

using model_slot = protocol::slot<aggregator::aggregator_actor>;

/// What the API is made from besides the ports of its node.
struct api_wiring {
  api_options options;
  /// What the query side keeps its rows in.
  ports::projections rows;
  std::shared_ptr<tokens::tokens_slot> tokens;
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root;
  /// Filled in at each start of the read model.
  std::shared_ptr<model_slot> model;
  peer_access others;
};

extern const services::descriptor descriptor;

}  // namespace hedgerow::api
