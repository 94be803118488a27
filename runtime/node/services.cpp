#include "runtime/node/services.hpp"

#include <caf/all.hpp>

#include "actors/chain/gateway_client.hpp"
#include "actors/tokens/token_follower.hpp"
#include "runtime/api/api_actor.hpp"
#include "runtime/cluster/cluster.hpp"
#include "runtime/node/registry.hpp"
#include "runtime/version/version.hpp"

namespace hedgerow::node {

using supervision::child_spec;
using supervision::running;

namespace {

/// Every start but the first is a restart.
void count_restarts(child_spec& child, const ports::metrics_ptr& metrics) {
  static constexpr ports::metric_family restarts{"hedgerow_service_restarts_total",
                                                 "Times that the service was started again."};
  child.start = [start = std::move(child.start), started = false,
                 count = value_of(metrics, restarts, {{"service", child.name}})](caf::actor_system& system,
                                                                                 const running& others) mutable {
    if (std::exchange(started, true)) count->add();
    return start(system, others);
  };
}

/// Tells the tokens actor, wherever it is now, that the broker did not accept the access token.
std::function<void()> ask_for_a_fresh_token(const slots& known) {
  return [here = known.tokens, cluster = known.others.actor] {
    if (auto actor = here->get())
      caf::anon_send(actor, protocol::reject_atom::value);
    else if (auto others = cluster->get())
      caf::anon_send(others, protocol::renew_atom::value);
  };
}

/// First of all children, so that it says goodbye before the others are drained.
child_spec cluster_child(const node_settings& settings, const node_ports& outside, const slots& known) {
  cluster::cluster_ports ports;
  ports.clock = outside.clock;
  ports.random = outside.random;
  ports.notices = outside.notices;
  ports.members = known.others.members;
  ports.root = known.root;
  ports.tokens = known.tokens;
  ports.share = [share = known.share, clock = outside.clock](std::uint32_t callers) {
    share->set(callers, clock->monotonic());
  };
  ports.name_taken = known.name_taken;
  auto start = [options = *settings.cluster, ports, slot = known.others.actor](caf::actor_system& system,
                                                                               const running&) {
    const auto actor = protocol::spawn_class<cluster::cluster>(system, options, ports);
    slot->put(actor.address());
    return caf::actor_cast<caf::actor>(actor);
  };
  return {"cluster", start, {}, true};
}

child_spec gateway(const node_settings& settings, const node_ports& outside, const slots& known) {
  auto config = settings.gateway;
  config.share = known.share;
  config.memory = outside.calls;
  config.notices = outside.notices;
  auto start = [api = outside.broker, config, clock = outside.clock, rejected = ask_for_a_fresh_token(known)](
                   caf::actor_system& system, const running&) {
    return caf::actor_cast<caf::actor>(
        protocol::spawn_class<broker::broker_gateway>(system, api, config, clock, rejected));
  };
  return {services::gateway_child, start, {}, false};
}

child_spec chain_gateway_child(const node_settings& settings, const node_ports& outside,
                               std::shared_ptr<chain::chain_users> users) {
  auto config = settings.chain_gateway;
  for (const auto& one : outside.chain_endpoints) {
    chain::endpoint_config made;
    made.name = one.name;
    made.connect = one.connect;
    static_cast<endpoint_limits&>(made) = one;
    config.endpoints.push_back(std::move(made));
  }
  const chain::chain_gateway_ports ports{std::move(users), outside.clock, outside.random, outside.notices};
  auto start = [config, ports](caf::actor_system& system, const running&) {
    return caf::actor_cast<caf::actor>(protocol::spawn_class<chain::chain_gateway>(system, config, ports));
  };
  return {"chain-gateway", start, {}, false};
}

child_spec follower_child(const node_ports& outside) {
  auto start = [outside](caf::actor_system& system, const running&) {
    tokens::follower_ports ports{outside.log, outside.vault, outside.tokens, outside.clock, outside.notices};
    return caf::actor_cast<caf::actor>(protocol::spawn_class<tokens::token_follower>(system, std::move(ports)));
  };
  return {"token-follower", start, {}, false};
}

child_spec admin_child(const node_settings& settings, const node_ports& outside, const slots& known,
                       const api::metrics_sources& metrics) {
  const api::admin_options options{settings.admin, metrics, settings.allowed_hosts};
  const api::admin_ports ports{known.root, outside.log, outside.clock, known.others, outside.notices};
  auto start = [options, ports](caf::actor_system& system, const running&) {
    return caf::actor_cast<caf::actor>(protocol::spawn_class<api::admin_server>(system, options, ports));
  };
  return {"admin", start, {}, false, supervision::tier::shows};
}

child_spec supervised(services::child child) {
  return {std::move(child.name), std::move(child.start), std::move(child.needs), child.drains,
          child.only_shows ? supervision::tier::shows : supervision::tier::trades};
}

services::context context_of(const node_settings& settings, const node_ports& outside, const slots& known,
                             const api::metrics_sources& metrics, bool calls_broker) {
  services::context in;
  static_cast<services::world_ports&>(in) = outside;
  if (!calls_broker) in.broker = nullptr;
  in.bridge = settings.bridge;
  in.bridge.chain = services::chain_of(all_services());
  in.refresh_token = ask_for_a_fresh_token(known);
  in.all = all_services();
  in.known = settings.services;
  in.known.put(known.tokens);
  in.known.put(known.share);
  const api::api_options options{settings.api, metrics, settings.allowed_hosts};
  in.known.put(api::api_wiring{options, outside.rows, known.tokens, known.root, known.model, known.others});
  return in;
}

}  // namespace

std::vector<child_spec> make_services(const node_settings& settings, const node_ports& outside, const slots& known) {
  const auto wanted = [&](std::string_view name) { return settings.actors.contains(std::string{name}); };
  const bool calls_broker = needs_of(all_services(), wanted).broker;
  const api::metrics_sources metrics{outside.metrics, {settings.name, version, outside.clock->now(), settings.broker}};
  auto in = context_of(settings, outside, known, metrics, calls_broker);
  std::vector<child_spec> all;
  if (settings.cluster) all.push_back(cluster_child(settings, outside, known));
  if (!outside.chain_endpoints.empty()) {
    const auto users = std::make_shared<chain::chain_users>();
    all.push_back(chain_gateway_child(settings, outside, users));
    in.make_chain_client = [users] { return chain::make_gateway_client(users); };
    in.chain = in.make_chain_client();
  }
  if (calls_broker) {
    // A broker without a login has no tokens to follow, and nothing that opens them.
    if (outside.vault) all.push_back(follower_child(outside));
    all.push_back(gateway(settings, outside, known));
  }
  for (const auto* service : registry()) {
    if (!wanted(service->info.name)) continue;
    for (auto& child : service->children(in)) all.push_back(supervised(std::move(child)));
  }
  all.push_back(admin_child(settings, outside, known, metrics));
  for (auto& child : all) count_restarts(child, outside.metrics);
  return all;
}

}  // namespace hedgerow::node
