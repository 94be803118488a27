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
};

struct api_ports {
  std::shared_ptr<tokens::tokens_slot> tokens;
  std::shared_ptr<protocol::slot<supervision::supervisor_actor>> root;
  const ports::clock* clock = nullptr;
  std::shared_ptr<lag_meter> lag;
  neighbours others;
};

using api_actor = protocol::observable_actor;

struct api_state {
  static inline const char* name = "api";
  std::unique_ptr<http::server> server;
};

/// GET /health /positions /positions/{symbol} /trades /executions /executions/{id} /dead-letters /metrics
/// GET /auth/login /auth/callback. Quits with the reason when it cannot listen.
api_actor::behavior_type api(api_actor::stateful_pointer<api_state> self, api_options options, api_ports outside,
                             aggregator::aggregator_actor model);

struct admin_ports {
  std::shared_ptr<protocol::slot<supervision::supervisor_actor>> root;
  std::shared_ptr<ports::event_log> log;
  const ports::clock* clock = nullptr;
  metrics_sources metrics;
  neighbours others;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

/// GET /actors (JSON; ?format=text; ?node=NAME or all), POST /actors/{name}/restart[?node=NAME],
/// GET /cluster (JSON; ?format=text), GET /metrics (without what the read model and the log know),
/// POST /symbols/{symbol}/halt|resume|adopt_order|declare_absent?reason=...&by=...[&order=...].
api_actor::behavior_type admin(api_actor::stateful_pointer<api_state> self, http::server_options options,
                               admin_ports outside);

}  // namespace hedgerow::api
