// Health judged by what the system is for, not by threads being alive: fills are hedged, the token is valid, nobody lags.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/domain/projections/read_model.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/protocol/actor_status.hpp"
#include "runtime/cluster/directory.hpp"

namespace hedgerow::api {

/// Records that a group has not yet processed.
struct group_lag {
  std::string group;
  std::int64_t records = 0;
};

[[nodiscard]] std::vector<group_lag> lags(ports::event_log& log,
                                          const std::vector<std::pair<std::string, std::vector<topic>>>& groups);

struct health_input {
  std::string node;
  std::string version;
  timestamp started_at;
  timestamp now;
  protocol::actor_status tree;
  std::vector<group_lag> lag;
  /// Null when this node is alone.
  std::shared_ptr<const cluster::snapshot> members;
  ports::monotonic_time monotonic{0};
};

/// {"status":"ok"|"degraded","problems":[...], ...}. Degraded: an actor is restarting or not answering, no valid token
/// while orders are wanted, a member of the cluster is unreachable, a symbol is frozen, a whole share is unhedged for more than a minute.
[[nodiscard]] std::string health_view(const health_input& in, const domain::read_model& model);

}  // namespace hedgerow::api
