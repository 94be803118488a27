// One node: the actor system with the chosen services under their supervisor, from start to drained stop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/broker/broker_gateway.hpp"
#include "actors/chain/chain_gateway.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/queries.hpp"
#include "actors/ports/random.hpp"
#include "actors/services/descriptor.hpp"
#include "messages/types/log_policy.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "runtime/cluster/cluster_options.hpp"
#include "runtime/cluster/tls_files.hpp"
#include "runtime/supervision/supervisor.hpp"
#include "runtime/telemetry/metric_registry.hpp"

namespace hedgerow::node {

struct node_settings {
  std::string name = "node";
  /// Names of services that the registry lists.
  std::set<std::string> actors;
  /// What each service is configured with, by its type.
  parts services;
  broker::gateway_config gateway;
  /// Its endpoints are those of the ports.
  chain::chain_gateway_config chain_gateway;
  /// What the kind of broker has that this node hedges with.
  broker_capabilities broker{.login = true};
  bridges::bridge_config bridge;
  supervision::policy supervision;
  http::server_options api;
  http::server_options admin;
  /// Names that requests to both may be for, besides localhost and IP addresses.
  std::vector<std::string> allowed_hosts;
  /// Empty: this node is alone. Name, sets and the time of the start are filled in by start_node.
  std::optional<cluster::cluster_options> cluster;
  cluster::tls_files cluster_tls;
  std::chrono::milliseconds log_maintenance = log_policy{}.maintenance_interval;
};

/// What world.cpp makes for a node.
struct node_ports : services::world_ports {
  /// What the API of this node answers from.
  ports::projections rows;
  /// Registry of this node alone. Parts outside the actors, such as the log, got it when they were made.
  std::shared_ptr<telemetry::metric_registry> metrics = std::make_shared<telemetry::metric_registry>();
};

class node {
 public:
  virtual ~node() = default;

  /// Questions to the query side; nothing when the API set is not here or does not answer.
  [[nodiscard]] virtual std::optional<projection_overview> overview() = 0;
  [[nodiscard]] virtual std::optional<trade_page> trades(const trades_query& query) = 0;
  [[nodiscard]] virtual std::optional<execution_page> executions(const executions_query& query) = 0;
  /// Why the supervisor gave up; empty while it runs.
  [[nodiscard]] virtual std::string death() const = 0;
  /// The actor tree.
  [[nodiscard]] virtual std::optional<protocol::actor_status> status() = 0;
  /// Drains the services in the direction of the data and stops. Names those that did not end in time.
  virtual std::vector<std::string> stop() = 0;
};

/// Starts everything. It first looks whether its ports are free, and in a cluster whether the node's name is; see
/// node::death() when nothing runs afterwards. `on_death` is called from another thread when the restart budget is
/// exceeded or an actor ends with a final error.
[[nodiscard]] std::unique_ptr<node> start_node(node_settings settings, node_ports outside,
                                               std::function<void()> on_death);

}  // namespace hedgerow::node
