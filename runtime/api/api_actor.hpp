// The API and the admin endpoint: HTTP routes that ask actors. The HTTP thread never waits for one: each request is
// a short-lived actor that answers when it knows.
#pragma once

#include "actors/aggregator/aggregator_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "runtime/api/metrics_page.hpp"
#include "runtime/api/neighbours.hpp"
#include "runtime/supervision/supervisor.hpp"

namespace hedgerow::api {

struct api_options {
  http::server_options server;
  metrics_sources metrics;
  /// Names that requests may be for, besides localhost and IP addresses; see find_refusal().
  std::vector<std::string> allowed_hosts;
};

/// Means the same there.
using admin_options = api_options;

struct api_ports {
  std::shared_ptr<tokens::tokens_slot> tokens;
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root;
  const ports::clock* clock = nullptr;
  std::shared_ptr<lag_meter> lag;
  neighbours others;
};

using api_actor = protocol::observable_actor;

struct api_state {
  static inline const char* name = "api";
  std::unique_ptr<http::server> server;
};

/// The routes of api_routes(). Quits with the reason when it cannot listen.
api_actor::behavior_type api(api_actor::stateful_pointer<api_state> self, api_options options, api_ports outside,
                             aggregator::aggregator_actor model);

struct admin_ports {
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root;
  std::shared_ptr<ports::event_log> log;
  const ports::clock* clock = nullptr;
  neighbours others;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

/// The routes of admin_routes(). Quits with the reason when it cannot listen.
api_actor::behavior_type admin(api_actor::stateful_pointer<api_state> self, admin_options options,
                               admin_ports outside);

}  // namespace hedgerow::api
