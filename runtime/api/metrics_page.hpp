// GET /metrics: everything that the node counts. A part that does not answer in time is left out, and named.
#pragma once

#include "actors/aggregator/aggregator_actor.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "runtime/api/metrics_view.hpp"
#include "runtime/telemetry/metric_registry.hpp"

namespace hedgerow::api {

struct metrics_sources {
  std::shared_ptr<telemetry::metric_registry> registry;
  node_identity node;
};

/// Who is asked for the rows, and when "now" is.
struct rows_source {
  /// Invalid: nobody.
  aggregator::aggregator_actor model;
  const ports::clock* clock = nullptr;
};

/// Answers within four seconds. Without `lag` or `rows.model` their part is not shown at all.
void show_metrics(caf::actor_system& system, const metrics_sources& from, const protocol::supervisor_actor& root,
                  const std::shared_ptr<lag_meter>& lag, const rows_source& rows, const http::responder& respond);

}  // namespace hedgerow::api
