// What /metrics shows beside the registry's cells, in Prometheus' text format. Free functions: facts in, text out.
#pragma once

#include <string>

#include "messages/events/projections/questions.hpp"
#include "messages/protocol/actor_status.hpp"
#include "runtime/api/node_state.hpp"

namespace hedgerow::api {

struct node_identity {
  std::string name;
  std::string version;
  timestamp started_at;
};

/// The node's identity and start time.
[[nodiscard]] std::string identity_metrics(const node_identity& node);
/// Whether each service runs, what waits in mailboxes, the calls to the broker, and the chain where it is read.
[[nodiscard]] std::string tree_metrics(const protocol::actor_status& tree);
[[nodiscard]] std::string lag_metrics(const std::vector<partition_lag>& lag);
/// Positions, executions and the broker's login. Amounts are exact.
[[nodiscard]] std::string business_metrics(const projection_overview& known, timestamp now);

/// Which of the things asked for answered: 1 or 0 each.
[[nodiscard]] std::string source_metrics(const std::vector<std::pair<std::string, bool>>& answered);

}  // namespace hedgerow::api
