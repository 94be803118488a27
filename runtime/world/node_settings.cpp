#include "runtime/world/node_settings.hpp"

#include "actors/domain/hedging/position_book.hpp"
#include "actors/execution/execution_actor.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "actors/validation/validation_actor.hpp"
#include "config/derived.hpp"
#include "runtime/node/registry.hpp"
#include "runtime/world/catalogue.hpp"

namespace hedgerow::world {
namespace {

domain::token_marker to_marker(const std::string& text) {
  // `*0x` is a suffix, `t*` a prefix.
  if (text.starts_with('*')) return {text.substr(1), domain::token_marker::place::suffix};
  return {text.substr(0, text.size() - 1), domain::token_marker::place::prefix};
}

ingestion::ingestion_config to_ingestion(const config::settings& v) {
  ingestion::ingestion_config c;
  for (const auto& b : v.orderbooks)
    if (b.address) c.books.push_back({*b.address, b.version});
  c.owner = v.chain.owner.value_or(address{});
  c.chain_id = v.chain.chain_id;
  c.backfill.start_block = v.chain.start_block.value_or(0);
  c.hedge_history = v.chain.hedge_history;
  c.backfill.max_batch = v.chain.backfill_batch_blocks;
  c.backfill.rescan_interval = v.chain.rescan_interval;
  c.backfill.rescan_blocks = std::min(v.chain.rescan_blocks, v.chain.reorg_window_blocks);
  c.reorg_window_blocks = v.chain.reorg_window_blocks;
  c.after_clear_wait = v.chain.after_clear_wait;
  c.retry = v.chain.retry;
  return c;
}

validation::validation_config to_validation(const config::settings& v) {
  validation::validation_config c;
  c.rules.owner = v.chain.owner.value_or(address{});
  c.rules.usdc = v.tokens.usdc;
  c.rules.allow_unlisted = v.tokens.allow_unlisted;
  c.rules.broker_symbols = v.broker_symbols;
  c.rules.markers.clear();
  for (const auto& text : v.tokens.markers) c.rules.markers.push_back(to_marker(text));
  for (const auto& t : v.pinned_tokens)
    if (t.address && t.decimals) c.rules.pinned_tokens[*t.address] = {t.symbol, *t.decimals};
  c.symbol_partitions = v.log.policy.symbol_partitions;
  c.token_retry = v.tokens.retry;
  c.remembered_blocks = 8 * v.chain.reorg_window_blocks;
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
  c.check_interval = v.oauth.check_interval;
  c.refresh_ahead = v.oauth.refresh_ahead;
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
  c.heartbeat_interval = v.cluster.heartbeat_interval;
  c.policy.timeout = v.cluster.heartbeat_timeout;
  c.policy.remove_after = v.cluster.remove_after;
  for (const auto& service : node::all_services())
    if (service.needs.broker) c.policy.broker_callers.emplace_back(service.name);
  return c;
}

}  // namespace

service_needs needs_of(const config::settings& v) {
  return config::needs_here(v, catalogue());
}

node::node_settings to_node_settings(const config::settings& v) {
  node::node_settings n;
  n.name = v.node.name;
  for (const auto& service : node::all_services())
    if (config::runs_here(v, catalogue(), service)) n.actors.emplace(service.name);
  n.services.put(to_ingestion(v));
  n.services.put(to_validation(v));
  n.services.put(v.hedging);
  n.services.put(to_execution(v));
  n.services.put(to_poller(v));
  n.services.put(to_tokens(v));
  n.gateway = to_gateway(v);
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
