// Health judged by what the system is for, not by threads being alive: fills are hedged, the token is valid, nobody lags.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/domain/projections/read_model.hpp"
#include "actors/ports/clock.hpp"
#include "messages/protocol/actor_status.hpp"
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
  ports::monotonic_time monotonic{0};
};

/// {"status":"ok"|"degraded","problems":[...], ...}. Degraded: an actor is restarting or not answering, this node reads the
/// chain and its node is not connected, the event log does not answer, no valid token while orders are wanted, a member of
/// the cluster is unreachable, a symbol is frozen, a whole share is unhedged for more than a minute.
[[nodiscard]] std::string health_view(const health_input& in, const domain::read_model& model);

}  // namespace hedgerow::api
