#include "runtime/node/services.hpp"

#include <caf/all.hpp>

#include "actors/bridges/bridge_actor.hpp"
#include "actors/tokens/token_follower.hpp"
#include "runtime/api/api_actor.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/version/version.hpp"

namespace hedgerow::node {

using supervision::child_spec;
using supervision::running;

namespace {

/// A child that is a bridge with its service.
child_spec bridged(const bridges::bridge_config& config, const node_ports& outside, bridges::service what) {
  auto start = [what, config, log = outside.log, clock = outside.clock](caf::actor_system& system,
                                                                                          const running&) {
    return caf::actor_cast<caf::actor>(system.spawn(bridges::bridge_actor, log, what, config, clock));
  };
  return {what.name, start, {}, true};
}

/// Like bridged(), for a service whose entities hold the gateway's handle.
template <class MakeService>
child_spec with_gateway(const node_settings& settings, const node_ports& outside, std::string name, MakeService make) {
  auto start = [make, config = settings.bridge, log = outside.log, clock = outside.clock](
                   caf::actor_system& system, const running& others) mutable {
    auto gateway = caf::actor_cast<broker::gateway_actor>(others.at("broker-gateway"));
    return caf::actor_cast<caf::actor>(system.spawn(bridges::bridge_actor, log, make(gateway), config, clock));
  };
  return {std::move(name), start, {"broker-gateway"}, true};
}

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
      caf::anon_send(actor, protocol::tell_atom::value, tokens::access_rejected{});
    else if (auto others = cluster->get())
      caf::anon_send(others, protocol::tell_atom::value, tokens::access_rejected{});
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
    auto actor = system.spawn(cluster::cluster_actor, options, ports);
    slot->put(actor.address());
    return actor;
  };
  return {"cluster", start, {}, true};
}

child_spec gateway_child(const node_settings& settings, const node_ports& outside, const slots& known) {
  auto config = settings.gateway;
  config.share = known.share;
  config.memory = outside.calls;
  config.notices = outside.notices;
  auto start = [api = outside.broker, config, clock = outside.clock,
                rejected = ask_for_a_fresh_token(known)](caf::actor_system& system, const running&) {
    return caf::actor_cast<caf::actor>(system.spawn(broker::broker_gateway, api, config, clock, rejected));
  };
  return {"broker-gateway", start, {}, false};
}

child_spec follower_child(const node_ports& outside) {
  auto start = [outside](caf::actor_system& system, const running&) {
    tokens::follower_ports ports{outside.log, outside.vault, outside.tokens, outside.clock, outside.notices};
    return caf::actor_cast<caf::actor>(system.spawn(tokens::token_follower, std::move(ports)));
  };
  return {"token-follower", start, {}, false};
}

/// Of the whole pipeline, whatever of it runs on this node. Who reads only what it wrote itself has no lag.
ports::input_groups groups_with_lag() {
  ports::input_groups all;
  for (const auto& g : transfer::consumer_groups())
    if (g.name != "ingestion" && g.name != "tokens") all.emplace_back(g.name, g.inputs);
  return all;
}

void add_query_side(std::vector<child_spec>& all, const node_settings& settings, const node_ports& outside,
                    const slots& known, const api::metrics_sources& metrics) {
  all.push_back({"aggregator",
                 [log = outside.log, clock = outside.clock, slot = known.model](caf::actor_system& system,
                                                                                const running&) {
                   auto actor = system.spawn(aggregator::aggregator, log, aggregator::aggregator_config{}, clock);
                   slot->put(actor.address());
                   return caf::actor_cast<caf::actor>(actor);
                 },
                 {},
                 false,
                 supervision::tier::shows});
  api::api_options options{settings.api, metrics, settings.allowed_hosts};
  api::api_ports ports{known.tokens, known.root, outside.clock,
                       std::make_shared<api::lag_meter>(outside.log, groups_with_lag(), outside.clock), known.others};
  all.push_back({"api",
                 [options, ports](caf::actor_system& system, const running& others) {
                   auto model = caf::actor_cast<aggregator::aggregator_actor>(others.at("aggregator"));
                   return caf::actor_cast<caf::actor>(system.spawn(api::api, options, ports, model));
                 },
                 {"aggregator"},
                 false,
                 supervision::tier::shows});
}

}  // namespace

std::vector<child_spec> make_services(const node_settings& settings, const node_ports& outside, const slots& known) {
  std::vector<child_spec> all;
  const auto wanted = [&](const char* name) { return settings.actors.contains(name); };
  const auto positions = std::make_shared<protocol::slot<protocol::bridge_actor>>();
  const auto add = [&](const bridges::service& what) {
    auto config = settings.bridge;
    (what.takes_over ? config.known_as : config.next) = positions;
    all.push_back(bridged(config, outside, what));
  };
  if (settings.cluster) all.push_back(cluster_child(settings, outside, known));
  if (wanted("tokens")) {
    tokens::tokens_ports ports{outside.oauth, outside.vault, known.tokens, outside.clock, outside.random,
                               outside.notices};
    all.push_back(bridged(settings.bridge, outside, tokens::tokens_service(settings.tokens, ports)));
  }
  const bool calls_broker = wanted("execution") || wanted("poller");
  if (calls_broker) {
    all.push_back(follower_child(outside));
    all.push_back(gateway_child(settings, outside, known));
  }
  if (wanted("ingestion"))
    all.push_back(bridged(settings.bridge, outside,
                          ingestion::ingestion_service(settings.ingestion, outside.make_chain_client, outside.clock,
                                                       outside.notices, calls_broker ? outside.broker : nullptr,
                                                       outside.random)));
  if (wanted("validation")) {
    // Its own connection, for questions only: history that ingestion reads must not delay them.
    auto chain = outside.make_chain_client();
    const auto nothing = [](auto&&...) {};
    chain->open({}, {}, {nothing, nothing, nothing, nothing, nothing});
    add(validation::validation_service(settings.validation, std::move(chain), outside.clock, outside.notices));
  }
  if (wanted("accumulator")) add(accumulator::accumulator_service(settings.hedging, outside.clock, outside.notices));
  if (wanted("execution")) {
    execution::execution_ports ports{{}, outside.tokens, outside.clock, outside.notices, ask_for_a_fresh_token(known),
                                     std::make_shared<execution::recent_placements>(known.share, outside.calls, outside.clock)};
    all.push_back(with_gateway(settings, outside, "execution",
                               [config = settings.execution, ports](broker::gateway_actor gateway) mutable {
                                 ports.gateway = std::move(gateway);
                                 return execution::execution_service(config, ports);
                               }));
  }
  if (wanted("poller")) {
    all.push_back(with_gateway(settings, outside, "poller",
                               [config = settings.poller, clock = outside.clock, random = outside.random,
                                notices = outside.notices](broker::gateway_actor gateway) {
                                 return poller::poller_service(config, {gateway, clock, random, notices});
                               }));
  }
  const api::metrics_sources metrics{outside.metrics, {settings.name, version, outside.clock->now()}};
  if (wanted("api")) add_query_side(all, settings, outside, known, metrics);
  all.push_back({"admin",
                 [options = api::admin_options{settings.admin, metrics, settings.allowed_hosts},
                  ports = api::admin_ports{known.root, outside.log, outside.clock, known.others, outside.notices}](
                     caf::actor_system& system, const running&) {
                   return caf::actor_cast<caf::actor>(system.spawn(api::admin, options, ports));
                 },
                 {},
                 false,
                 supervision::tier::shows});
  for (auto& child : all) count_restarts(child, outside.metrics);
  return all;
}

}  // namespace hedgerow::node
