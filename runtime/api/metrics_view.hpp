// What /metrics shows beside the registry's cells, in Prometheus' text format. Free functions: facts in, text out.
#pragma once

#include <string>

#include "messages/events/projections/questions.hpp"
#include "messages/protocol/actor_status.hpp"
#include "messages/types/broker.hpp"
#include "runtime/api/node_state.hpp"

namespace hedgerow::api {

struct node_identity {
  std::string name;
  std::string version;
  timestamp started_at;
  /// What the kind of broker has; without a login nothing is said of one.
  broker_capabilities broker{.login = true};
};

/// The node's identity and start time.
[[nodiscard]] std::string identity_metrics(const node_identity& node);
/// Whether each service runs, what waits in mailboxes, the calls to the broker, and the chain where it is read.
[[nodiscard]] std::string tree_metrics(const protocol::actor_status& tree);
[[nodiscard]] std::string lag_metrics(const std::vector<partition_lag>& lag);
/// Positions, executions and, where the broker has one, its login. Amounts are exact.
[[nodiscard]] std::string business_metrics(const projection_overview& known, broker_capabilities broker, timestamp now);

/// Which of the things asked for answered: 1 or 0 each.
[[nodiscard]] std::string source_metrics(const std::vector<std::pair<std::string, bool>>& answered);

}  // namespace hedgerow::api
