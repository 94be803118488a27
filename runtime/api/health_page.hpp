// GET /health, /health/live and /health/ready, on both ports.
#pragma once

#include "actors/aggregator/aggregator_actor.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "runtime/api/health_view.hpp"
#include "runtime/api/metrics_view.hpp"
#include "runtime/api/node_state.hpp"

namespace hedgerow::api {

struct health_sources {
  caf::actor_system* system = nullptr;
  node_identity node;
  /// Invalid while the node starts or stops.
  protocol::supervisor_actor root;
  const ports::clock* clock = nullptr;
  /// May be null: then it is unknown whether the log answers.
  std::shared_ptr<lag_meter> lag;
  /// Null when this node is alone.
  std::shared_ptr<const cluster::snapshot> members;
};

/// All of them answer within four seconds.
///
/// 200 with `ok` or `degraded`, 503 with `unavailable`; see health_view(). Without `model` its part is left out.
void show_health(const health_sources& from, const aggregator::aggregator_actor& model, const http::responder& respond);
/// 503 only when the supervisor does not answer, which a restart of the process mends. A node that starts or drains
/// lives.
void show_live(const health_sources& from, const http::responder& respond);
/// 503 while something of find_blockers() is wrong. A missing login or a frozen symbol is no reason: a node that is
/// taken out of a load balancer for it could not be logged in at.
void show_ready(const health_sources& from, const http::responder& respond);

}  // namespace hedgerow::api
