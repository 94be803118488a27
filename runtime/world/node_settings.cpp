#include "runtime/world/node_settings.hpp"

#include "actors/domain/positions/position.hpp"
#include "actors/execution/execution_actor.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "actors/validation/validation_actor.hpp"
#include "config/derived.hpp"
#include "config/key_table.hpp"
#include "runtime/node/registry.hpp"
#include "runtime/world/catalogue.hpp"

namespace hedgerow::world {
namespace {

ingestion::ingestion_config to_ingestion(const config::settings& v) {
  ingestion::ingestion_config c;
  static_cast<domain::reading_policy&>(c) = v.chain.reading;
  c.backfill.start_block = v.chain.start_block.value_or(0);
  for (const auto& b : v.orderbooks)
    if (b.address) c.books.push_back({*b.address, b.version});
  c.owner = v.chain.owner.value_or(address{});
  if (!v.endpoints.empty()) c.node_key = "chain.endpoint";
  return c;
}

validation::validation_config to_validation(const config::settings& v) {
  validation::validation_config c;
  c.rules.owner = v.chain.owner.value_or(address{});
  static_cast<domain::tokens_policy&>(c.rules) = v.tokens;
  c.rules.broker_symbols = v.broker_symbols;
  for (const auto& t : v.pinned_tokens)
    if (t.address && t.decimals) c.rules.pinned_tokens[*t.address] = {t.symbol, *t.decimals};
  c.symbol_partitions = v.log.policy.symbol_partitions;
  c.remembered_blocks = v.chain.reading.remembered_blocks();
  return c;
}

execution::execution_config to_execution(const config::settings& v) {
  execution::execution_config c;
  c.rules = v.execution.rules;
  c.rules.gate.max_order_shares = v.hedging.max_order_shares;
  c.limits = v.execution.limits;
  c.session_wait = v.bridge.policy.longest_wait();
  return c;
}

poller::poller_config to_poller(const config::settings& v) {
  poller::poller_config c;
  c.schedule = v.poller;
  c.clock_skew = v.execution.rules.clock_skew;
  return c;
}

tokens::tokens_config to_tokens(const config::settings& v) {
  tokens::tokens_config c;
  c.policy = v.oauth.policy;
  c.account = {v.broker.account_number.reveal(), v.broker.account_index};
  return c;
}

bridges::bridge_config to_bridge(const config::settings& v) {
  bridges::bridge_config c;
  static_cast<bridge_policy&>(c) = v.bridge.policy;
  c.batch_max = config::batch_max(v);
  c.drain_grace = v.supervision.drain_grace();
  c.instance = v.node.name;
  return c;
}

broker::gateway_config to_gateway(const config::settings& v) {
  broker::gateway_config c;
  c.budget = domain::budget_of(v.execution.limits);
  c.session = v.market_hours.session;
  return c;
}

chain::chain_gateway_config to_chain_gateway(const config::settings& v) {
  chain::chain_gateway_config c;
  static_cast<quorum_policy&>(c) = v.chain.agreement;
  c.chain_id = v.chain.reading.chain_id;
  return c;
}

/// Without scheme, port and path.
std::string host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string{url.substr(0, url.find_first_of(":/?"))};
}

cluster::cluster_options to_cluster(const config::settings& v) {
  cluster::cluster_options c;
  c.self.host = v.cluster.advertised_host.empty() ? v.cluster.listen_address : v.cluster.advertised_host;
  c.self.port = v.cluster.port;
  c.self.api_port = needs_of(v).api ? v.api.port : std::uint16_t{0};
  c.self.admin_port = v.admin.port;
  c.listen_address = v.cluster.listen_address;
  c.seeds = v.cluster.seeds;
  static_cast<cluster_policy&>(c.policy) = v.cluster.policy;
  for (const auto& service : node::all_services())
    if (service.needs.broker) c.policy.broker_callers.emplace_back(service.name);
  return c;
}

}  // namespace

service_needs needs_of(const config::settings& v) { return config::needs_here(v, catalogue()); }

node::node_settings to_node_settings(const config::settings& v) {
  node::node_settings n;
  n.name = v.node.name;
  if (const auto* kind = find_broker(catalogue().brokers, v.broker.kind)) n.broker = kind->can;
  for (const auto& service : node::all_services())
    if (config::runs_here(v, catalogue(), service)) n.actors.emplace(service.name);
  for (const auto& section : config::sections())
    if (section.put_policy) section.put_policy(v, n.services);
  n.services.put(to_ingestion(v));
  n.services.put(to_validation(v));
  n.services.put(to_execution(v));
  n.services.put(to_poller(v));
  n.services.put(to_tokens(v));
  n.gateway = to_gateway(v);
  n.chain_gateway = to_chain_gateway(v);
  n.bridge = to_bridge(v);
  static_cast<supervision_policy&>(n.supervision) = v.supervision;
  n.api.address = v.api.address;
  n.api.port = v.api.port;
  n.admin.address = v.admin.address;
  n.admin.port = v.admin.port;
  n.allowed_hosts = v.api.allowed_hosts;
  // The host to which the broker sends the browser back; it may be a proxy.
  if (auto host = host_of(v.broker.redirect_uri); !host.empty()) n.allowed_hosts.push_back(std::move(host));
  if (v.cluster.port != 0) n.cluster = to_cluster(v);
  n.cluster_tls = {v.cluster.certificate, v.cluster.key, v.cluster.ca_file};
  n.log_maintenance = v.log.policy.maintenance_interval;
  return n;
}

}  // namespace hedgerow::world
