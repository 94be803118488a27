#include "runtime/world/world.hpp"

#include <filesystem>

#include "runtime/adapters/credentials/token_vault.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/adapters/system/call_file.hpp"
#include "runtime/transfer/import.hpp"
#include "runtime/world/brokers/registry.hpp"
#include "runtime/world/fixed_session.hpp"
#include "runtime/world/kafka_cluster.hpp"
#include "runtime/world/node_settings.hpp"

namespace hedgerow::world {
namespace {

using config::settings;
using fault = std::string;
using chain_client_factory = std::function<std::shared_ptr<ports::chain_client>()>;

adapters::sqlite_log_options sqlite_options(const settings& v) {
  adapters::sqlite_log_options options;
  options.path = (std::filesystem::path{v.node.data_dir} / "events.db").string();
  options.symbol_partitions = v.log.policy.symbol_partitions;
  options.durability = v.log.durability == config::log_durability::full ? adapters::log_durability::full
                                                                        : adapters::log_durability::normal;
  return options;
}

expected<void, fault> make_data_dir(const settings& v) {
  std::error_code failed;
  std::filesystem::create_directories(v.node.data_dir, failed);
  if (failed)
    return unexpected("node.data_dir = \"" + v.node.data_dir + "\": cannot be made: " + failed.message() +
                      "; choose a folder that this user may write");
  return {};
}

expected<std::shared_ptr<ports::event_log>, fault> make_kafka_log(const settings& v, machine& on,
                                                                  adapters::kafka_options options) {
  auto log = adapters::open_kafka_log(std::move(options), on.clock);
  if (!log)
    return unexpected("log.kind = \"kafka\", kafka.bootstrap = \"" + v.kafka.policy.bootstrap +
                      "\": " + log.error().detail);
  return *log;
}

/// `metrics` may be null.
expected<std::shared_ptr<ports::event_log>, fault> make_log(const settings& v, machine& on,
                                                            const ports::metrics_ptr& metrics) {
  switch (v.log.kind) {
    case config::log_kind::memory: return adapters::make_memory_log(on.clock, v.log.policy.symbol_partitions);
    case config::log_kind::kafka: {
      auto options = to_kafka_options(v);
      options.metrics = metrics;
      return make_kafka_log(v, on, std::move(options));
    }
    case config::log_kind::sqlite: break;
  }
  if (auto made = make_data_dir(v); !made) return unexpected(made.error());
  auto log = adapters::open_sqlite_log(sqlite_options(v), on.clock);
  if (!log) return unexpected(log.error().detail);
  return *log;
}

/// `key` is that of the address.
expected<chain_client_factory, fault> chain_factory(const settings& v, machine& on, const std::string& key,
                                                    const config::secret& url) {
  evm::chain_client_options options;
  options.url = url.reveal();
  static_cast<chain_policy&>(options) = v.chain.connection;
  // One is made now, only to learn whether the address can be used at all.
  auto probe = evm::make_chain_client(options, on.clock, on.random);
  if (!probe) return unexpected(key + ": " + probe.error());
  return chain_client_factory{[options, &on] { return *evm::make_chain_client(options, on.clock, on.random); }};
}

expected<void, fault> add_chain(const settings& v, machine& on, node::node_ports& out) {
  if (v.endpoints.empty()) {
    auto chain = chain_factory(v, on, "chain.ws_url", v.chain.ws_url);
    if (!chain) return unexpected(chain.error());
    out.chain = (*chain)();
    out.make_chain_client = *chain;
    return {};
  }
  for (const auto& one : v.endpoints) {
    auto chain = chain_factory(v, on, "chain.endpoint \"" + one.name + "\" url", one.url);
    if (!chain) return unexpected(chain.error());
    out.chain_endpoints.push_back({{one}, one.name, *chain});
  }
  return {};
}

expected<void, fault> add_broker(const settings& v, machine& on, node::node_ports& out) {
  const auto* kind = brokers::find(v.broker.kind);
  if (kind == nullptr) return unexpected("broker.kind = \"" + v.broker.kind + "\": no such broker");
  out.tokens = credentials::make_token_holder();
  if (kind->info.can.login) {
    auto vault = credentials::make_vault(v.oauth.encryption_key.reveal());
    if (!vault) return unexpected("oauth.encryption_key: " + vault.error());
    out.vault = *vault;
  } else {
    // A service that waits for a token before it places an order then has nothing to wait for.
    out.tokens->set("");
  }
  auto made = kind->make(v, {on.clock, out.tokens});
  if (!made) return unexpected(made.error());
  out.broker = made->broker;
  out.oauth = made->oauth;
  if (v.market_hours.source != config::market_source::broker)
    out.broker =
        std::make_shared<fixed_session>(out.broker, v.market_hours.source == config::market_source::always_open);
  return {};
}

/// Beside the log of this machine; a log in memory starts empty. Nodes may share the folder.
expected<void, fault> add_call_memory(const settings& v, node::node_ports& out) {
  if (v.log.kind == config::log_kind::memory) return {};
  if (auto made = make_data_dir(v); !made) return made;
  const auto path = std::filesystem::path{v.node.data_dir} / ("broker-calls." + v.node.name);
  auto file = adapters::open_call_file(path.string(),
                                       v.execution.limits.calls_per_minute + v.execution.limits.orders_per_minute);
  if (!file) return unexpected("node.data_dir: " + file.error() + "; choose a folder that this user may write");
  out.calls = *file;
  return {};
}

}  // namespace

expected<node::node_ports, std::string> make_ports(const settings& v, machine& on) {
  node::node_ports out;
  out.clock = &on.clock;
  out.random = &on.random;
  auto log = make_log(v, on, out.metrics);
  if (!log) return unexpected(log.error());
  // Half a history with none of the offsets would be hedged again.
  const auto import = transfer::import_state_of(**log);
  if (!import) return unexpected(import.error());
  if (*import == transfer::import_state::unfinished) return unexpected(fault{transfer::unfinished_import});
  out.log = *log;
  out.rows = adapters::make_memory_store();
  const auto needs = needs_of(v);
  if (needs.asks_chain()) {
    if (auto done = add_chain(v, on, out); !done) return unexpected(done.error());
  }
  if (needs.calls_broker()) {
    if (auto done = add_broker(v, on, out); !done) return unexpected(done.error());
  }
  if (needs.broker) {
    if (auto done = add_call_memory(v, out); !done) return unexpected(done.error());
  }
  return out;
}

expected<std::shared_ptr<ports::event_log>, std::string> open_log(const settings& v, machine& on) {
  return make_log(v, on, nullptr);
}

expected<std::shared_ptr<ports::event_log>, std::string> read_log(const settings& v, machine& on) {
  if (v.log.kind == config::log_kind::memory)
    return unexpected(fault{"log.kind = \"memory\": nothing of it is kept; use a configuration with \"sqlite\""});
  if (v.log.kind == config::log_kind::kafka) {
    // Reading from a broker takes nothing from anybody, and leaves nothing there.
    auto options = to_kafka_options(v);
    options.read_only = true;
    return make_kafka_log(v, on, std::move(options));
  }
  const auto options = sqlite_options(v);
  std::error_code failed;
  if (!std::filesystem::exists(options.path, failed))
    return unexpected("node.data_dir = \"" + v.node.data_dir +
                      "\": there is no events.db in it; name the folder that the node runs with");
  auto log = adapters::read_sqlite_log(options);
  if (!log) return unexpected("node.data_dir = \"" + v.node.data_dir + "\": " + log.error().detail);
  return *log;
}

expected<std::shared_ptr<ports::chain_client>, std::string> make_chain(const settings& v, machine& on,
                                                                       const std::string& endpoint) {
  const auto made = [&](const std::string& key,
                        const config::secret& url) -> expected<std::shared_ptr<ports::chain_client>, std::string> {
    const auto make = chain_factory(v, on, key, url);
    if (!make) return unexpected(make.error());
    return (*make)();
  };
  if (v.endpoints.empty() && endpoint.empty()) return made("chain.ws_url", v.chain.ws_url);
  std::string names;
  for (const auto& one : v.endpoints) {
    if (endpoint.empty() || one.name == endpoint) return made("chain.endpoint \"" + one.name + "\" url", one.url);
    names += (names.empty() ? "" : ", ") + one.name;
  }
  return unexpected("no [[chain.endpoint]] has the name \"" + endpoint + "\"" +
                    (names.empty() ? "; there is none" : "; there are " + names));
}

}  // namespace hedgerow::world
