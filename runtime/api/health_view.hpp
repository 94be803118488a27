// Health judged by the purpose, not by threads being alive: fills are hedged, the token is valid, no service lags.
#pragma once

#include <string>
#include <vector>

#include "actors/ports/clock.hpp"
#include "messages/events/projections/questions.hpp"
#include "messages/protocol/actor_status.hpp"
#include "messages/types/broker.hpp"
#include "runtime/api/lag_meter.hpp"
#include "runtime/cluster/directory.hpp"

namespace hedgerow::api {

struct health_input {
  std::string node;
  std::string version;
  timestamp started_at;
  timestamp now;
  protocol::actor_status tree;
  lag_reading lag;
  /// Null when this node is alone.
  std::shared_ptr<const cluster::snapshot> members;
  monotonic_time monotonic{0};
  /// What the kind of broker has; without a login none is missed.
  broker_capabilities broker{.login = true};
};

/// What keeps this node from doing its work at all, in words: it is stopping, a service is restarting or silent, the
/// event log does not answer. A problem that waits for a person or for the world outside does not count.
[[nodiscard]] std::vector<std::string> find_blockers(const protocol::actor_status& tree, const lag_reading& lag);

/// {"status":"ok"|"degraded"|"unavailable","problems":[...], ...}. Unavailable: something of find_blockers(). Degraded:
/// an actor is restarting, parked or not answering, this node reads the chain and its node is not connected, no valid
/// token, a member of the cluster is unreachable, a symbol is frozen, a whole share is unhedged for more than a minute.
/// Without `known` what only the rows tell is left out.
[[nodiscard]] std::string health_view(const health_input& in, const projection_overview* known);

}  // namespace hedgerow::api
