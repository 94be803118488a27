// What can be configured, with defaults that work. What each key means and may be is in the key table (key_table.hpp);
// docs/configuration.md is made from it. Durations are chrono types; sizes carry their unit in the name.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/broker/account_limits.hpp"
#include "actors/domain/broker/poll_schedule.hpp"
#include "actors/domain/broker/token_lifecycle.hpp"
#include "actors/domain/chain/reading_policy.hpp"
#include "actors/domain/fills/token.hpp"
#include "actors/domain/orders/desk_types.hpp"
#include "actors/domain/positions/position.hpp"
#include "config/secret.hpp"
#include "messages/events/blockchain_event.hpp"
#include "messages/types/bridge_policy.hpp"
#include "messages/types/cluster_policy.hpp"
#include "messages/types/connection_policy.hpp"
#include "messages/types/evm.hpp"
#include "messages/types/log_policy.hpp"
#include "messages/types/paper_policy.hpp"
#include "messages/types/session_policy.hpp"
#include "messages/types/supervision_policy.hpp"

namespace hedgerow::config {

using std::chrono::milliseconds;

/// Words of [node] actors that are no services.
inline constexpr std::string_view every_service = "all";
inline constexpr std::string_view paper_broker = "paper";

struct node_settings {
  std::string name = "node";
  std::vector<std::string> actors{"all"};
  std::string data_dir = ".hedgerow";
};

enum class log_kind : std::uint8_t { sqlite, kafka, memory };
enum class log_durability : std::uint8_t { full, normal };

struct log_settings {
  log_kind kind = log_kind::sqlite;
  log_policy policy;
  log_durability durability = log_durability::full;
};

enum class kafka_security : std::uint8_t { plaintext, ssl, sasl_plaintext, sasl_ssl };
enum class sasl_mechanism : std::uint8_t { plain, scram_sha_256, scram_sha_512 };

struct kafka_settings {
  kafka_policy policy;
  kafka_security security = kafka_security::plaintext;
  std::string ca_file;
  std::string certificate;
  std::string key;
  secret key_password;
  config::sasl_mechanism sasl_mechanism = config::sasl_mechanism::plain;
  std::string sasl_username;
  secret sasl_password;
};

/// What bridge.batch_max = 0 stands for. On Kafka a transaction costs round trips, and more records share them
/// (docs/scaling.md); on the others what a batch holds better stays in the processor's caches (docs/performance.md).
[[nodiscard]] constexpr std::uint32_t default_batch_max(log_kind kind) {
  return kind == log_kind::kafka ? 4000 : usual_batch_max;
}

struct bridge_settings {
  /// 0: default_batch_max() of the log.
  std::uint32_t batch_max = 0;
  bridge_policy policy;
};

inline constexpr const char* default_ws_url = "ws://127.0.0.1:8545";

struct chain_settings {
  /// May carry an access key in its path or user part. Not used where there are endpoints.
  secret ws_url{default_ws_url};
  quorum_policy agreement;
  std::optional<address> owner;
  /// Required where ingestion runs: it decides what is hedged, so it has no default. That of `reading` has no meaning.
  std::optional<std::uint64_t> start_block;
  domain::reading_policy reading;
  chain_policy connection;
};

/// One of several nodes of the chain.
struct endpoint_settings : endpoint_limits {
  /// For people; unique.
  std::string name;
  /// As ws_url.
  secret url;
};

struct orderbook_settings {
  std::optional<hedgerow::address> address;
  orderbook_version version = orderbook_version::v4;
  /// After loading it is always [chain] owner.
  std::optional<hedgerow::address> owner;
};

/// The rule's policy is the setting: names and defaults stand there.
using tokens_settings = domain::tokens_policy;

struct token_settings {
  std::optional<hedgerow::address> address;
  std::string symbol;
  std::optional<std::uint32_t> decimals;
};

/// As above.
using hedging_settings = domain::hedging_policy;

/// As above: what steers the desk, and what the account may ask of the broker.
struct execution_settings {
  domain::desk_policy rules;
  domain::account_limits limits;
};

/// As above.
using poller_settings = domain::poll_policy;

enum class market_source : std::uint8_t { broker, always_open, always_closed };

struct market_hours_settings {
  market_source source = market_source::broker;
  session_policy session;
};

struct broker_settings {
  std::string kind = "schwab";
  /// Empty: where the kind has its API. Loading fills it in.
  std::string base_url;
  secret app_key;
  secret app_secret;
  std::string redirect_uri = "https://127.0.0.1";
  secret account_number;
  std::optional<std::uint32_t> account_index;
  http_policy http;
};

struct oauth_settings {
  /// 64 hex digits.
  secret encryption_key;
  domain::token_policy policy;
};

struct api_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<std::string> allowed_hosts;
};

struct admin_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8081;
};

/// Port 0: this node is alone.
struct cluster_settings {
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 0;
  /// Where other nodes reach this one; listen_address if empty.
  std::string advertised_host;
  /// host:port of other nodes; its own address among them is left out.
  std::vector<std::string> seeds;
  cluster_policy policy;
  std::string certificate;
  std::string key;
  std::string ca_file;
};

using supervision_settings = supervision_policy;

struct paper_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 18080;
  secret account_number{std::string{paper_account_number}};
  paper_policy policy;
};

enum class log_level : std::uint8_t { trace, debug, info, warn, error, off };
enum class log_format : std::uint8_t { text, json };

struct fault_settings {
  std::vector<std::string> plan;
  std::uint64_t seed = 1;
};

struct logging_settings {
  log_level level = log_level::info;
  log_format format = log_format::text;
};

struct settings {
  node_settings node;
  log_settings log;
  kafka_settings kafka;
  /// librdkafka's name -> value.
  std::map<std::string, std::string> kafka_properties;
  bridge_settings bridge;
  chain_settings chain;
  /// In the order in which they are preferred.
  std::vector<endpoint_settings> endpoints;
  std::vector<orderbook_settings> orderbooks;
  tokens_settings tokens;
  std::vector<token_settings> pinned_tokens;
  /// Base symbol -> ticker at the broker.
  std::map<std::string, std::string> broker_symbols;
  hedging_settings hedging;
  execution_settings execution;
  poller_settings poller;
  market_hours_settings market_hours;
  broker_settings broker;
  oauth_settings oauth;
  api_settings api;
  admin_settings admin;
  cluster_settings cluster;
  supervision_settings supervision;
  paper_settings paper;
  logging_settings logging;
  fault_settings faults;

  /// Whether this node runs a service, or the paper broker. `all` stands for every one but that.
  [[nodiscard]] bool runs(std::string_view actor) const;
};

}  // namespace hedgerow::config
