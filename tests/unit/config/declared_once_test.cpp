// A setting is declared once: what a service is made with by default is what its keys have by default, and what a key
// is set to reaches the service.
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <sstream>
#include <string>

#include "actors/execution/execution_actor.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "actors/validation/validation_actor.hpp"
#include "config/key_table.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/world/kafka_cluster.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/paper_settings.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::test {
namespace {

using config::key_spec;
using config::raw_value;
using config::section_spec;
using config::settings;
using key_set = std::set<std::string>;

/// Settings that no struct outside config/ has a default of: names, addresses and files.
const key_set only_configuration{"node.name",           "node.actors",
                                 "node.data_dir",       "kafka.ca_file",
                                 "kafka.certificate",   "kafka.key",
                                 "kafka.sasl_username", "bridge.batch_max",
                                 "chain.owner",         "chain.start_block",
                                 "broker.kind",         "broker.base_url",
                                 "broker.redirect_uri", "broker.account_index",
                                 "api.address",         "api.port",
                                 "api.allowed_hosts",   "admin.address",
                                 "admin.port",          "cluster.listen_address",
                                 "cluster.port",        "cluster.advertised_host",
                                 "cluster.seeds",       "cluster.certificate",
                                 "cluster.key",         "cluster.ca_file",
                                 "paper.address",       "paper.port",
                                 "faults.plan",         "faults.seed"};

/// Policies that the makers of adapters hand over as a whole; no node has them.
const key_set of_connections{"chain.request_timeout",  "chain.connect_timeout",  "chain.reconnect_min",
                             "chain.reconnect_max",    "chain.stale_after",      "chain.max_frame_bytes",
                             "chain.ca_file",          "broker.connect_timeout", "broker.request_timeout",
                             "broker.max_connections", "broker.ca_file"};

/// The word of a policy; what else is chosen by a word is of config/ alone.
constexpr std::string_view word_of_a_policy = "paper.market";

bool is_only_configuration(const key_spec& key, const std::string& name) {
  return only_configuration.contains(name) || (key.type == "word" && name != word_of_a_policy);
}

void each_key(const std::function<void(const section_spec&, const key_spec&, const std::string& name)>& look) {
  for (const auto& section : config::sections()) {
    if (section.shape != config::section_shape::single) continue;
    for (const auto& key : section.keys)
      if (!key.secret) look(section, key, std::string{section.name} + "." + std::string{key.name});
  }
}

std::string shown(const settings& s, const section_spec& section, const key_spec& key) {
  return key.show(section.elements(s).front());
}

/// Values of which every key takes at least one that is not its default.
std::vector<raw_value> candidates(const key_spec& key) {
  std::vector<raw_value> all;
  const auto add = [&](auto data) { all.push_back({std::move(data), "", false}); };
  for (const std::int64_t number : {3, 7, 50, 70'000}) add(number);
  for (const bool flag : {true, false}) add(flag);
  for (const char* text : {"17s", "2m", "170ms", "12.5", "9.9.9.9", "elsewhere:9", "https://elsewhere", "aword",
                           "0x1111111111111111111111111111111111111111"})
    add(std::string{text});
  std::istringstream words{key.type == "word" ? key.allowed : ""};
  for (std::string word; std::getline(words >> std::ws, word, ',');) add(word);
  add(test::source_folder() + "/README.md");
  for (const char* text : {"*q", "elsewhere:9", "elsewhere", "chain.request.after_send:fail"})
    add(std::vector<std::string>{text});
  return all;
}

/// Settings without any default. `broker.kind` is what exists.
settings all_different() {
  settings out;
  each_key([&](const section_spec& section, const key_spec& key, const std::string& name) {
    for (const auto& value : candidates(key)) {
      settings trial = out;
      if (key.assign(section.open(trial), value)) continue;
      if (shown(trial, section, key) == shown(settings{}, section, key)) continue;
      out = std::move(trial);
      return;
    }
    ADD_FAILURE() << name << ": no candidate is another value than the default";
  });
  return out;
}

/// Puts into `s` what services are made with.
void take(settings& s, const node::node_settings& n, const adapters::kafka_options& kafka,
          const paper::paper_options& paper) {
  const auto execution = n.services.get<execution::execution_config>();
  const auto validation = n.services.get<validation::validation_config>();
  const auto cluster = n.cluster.value_or(cluster::cluster_options{});
  for (const auto& section : config::sections())
    if (section.take_policy) section.take_policy(s, n.services);
  EXPECT_EQ(execution.rules.gate.max_order_shares, s.hedging.max_order_shares);
  s.execution = {execution.rules, execution.limits};
  const auto budget = domain::budget_of(execution.limits);
  EXPECT_EQ(n.gateway.budget.calls_per_minute, budget.calls_per_minute);
  EXPECT_EQ(n.gateway.budget.kept_for_placement, budget.kept_for_placement);
  EXPECT_EQ(n.gateway.budget.kept_for_evidence, budget.kept_for_evidence);
  EXPECT_EQ(n.gateway.budget.kept_for_status, budget.kept_for_status);
  s.market_hours.session = n.gateway.session;
  s.poller = n.services.get<poller::poller_config>().schedule;
  EXPECT_EQ(n.services.get<poller::poller_config>().clock_skew, execution.rules.clock_skew);
  s.oauth.policy = n.services.get<tokens::tokens_config>().policy;
  s.chain.agreement = n.chain_gateway;
  s.chain.reading = n.services.get<ingestion::ingestion_config>();
  EXPECT_EQ(validation.remembered_blocks, s.chain.reading.remembered_blocks());
  s.tokens = validation.rules;
  s.log.policy = {validation.symbol_partitions, n.log_maintenance};
  EXPECT_EQ(kafka.symbol_partitions, validation.symbol_partitions);
  s.kafka.policy = kafka;
  s.bridge.policy = n.bridge;
  EXPECT_EQ(execution.session_wait, n.bridge.longest_wait());
  s.supervision = n.supervision;
  EXPECT_EQ(n.bridge.drain_grace, n.supervision.drain_grace());
  s.cluster.policy = cluster.policy;
  s.paper.policy = paper;
}

TEST(DeclaredOnce, ServicesAreMadeWithTheDefaultsOfTheirKeys) {
  settings s = all_different();
  take(s, {}, {}, {});
  s.chain.connection = evm::chain_client_options{};
  s.broker.http = http::client_options{};
  EXPECT_EQ(adapters::sqlite_log_options{}.symbol_partitions, settings{}.log.policy.symbol_partitions);
  each_key([&](const section_spec& section, const key_spec& key, const std::string& name) {
    const auto value = shown(s, section, key);
    const auto by_default = shown(settings{}, section, key);
    if (is_only_configuration(key, name)) {
      EXPECT_NE(value, by_default) << name << " has a struct: take it off the list";
    } else {
      EXPECT_EQ(value, by_default) << name << ": its default is written twice, or no service has the key's struct";
    }
  });
}

TEST(DeclaredOnce, WithoutAnyKeyServicesAreMadeWithTheirDefaults) {
  settings s = all_different();
  take(s, world::to_node_settings({}), world::to_kafka_options({}), world::to_paper_options({}));
  each_key([&](const section_spec& section, const key_spec& key, const std::string& name) {
    if (is_only_configuration(key, name) || of_connections.contains(name)) return;
    EXPECT_EQ(shown(s, section, key), shown(settings{}, section, key)) << name;
  });
}

TEST(DeclaredOnce, WhatAKeyIsSetToReachesItsService) {
  const settings set = all_different();
  settings s;
  take(s, world::to_node_settings(set), world::to_kafka_options(set), world::to_paper_options(set));
  each_key([&](const section_spec& section, const key_spec& key, const std::string& name) {
    if (is_only_configuration(key, name) || of_connections.contains(name)) return;
    EXPECT_EQ(shown(s, section, key), shown(set, section, key)) << name << " is lost on its way";
  });
}

}  // namespace
}  // namespace hedgerow::test
