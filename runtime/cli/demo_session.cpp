#include "runtime/cli/demo_session.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <thread>

#include "actors/ingestion/ingestion_service.hpp"
#include "config/config.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/cli/ready.hpp"
#include "runtime/cli/signals.hpp"
#include "runtime/cli/source_folder.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/paper_settings.hpp"

namespace hedgerow::cli {
namespace {

/// Protects nothing but the demo.
constexpr const char* demo_key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
constexpr std::chrono::milliseconds settle_pause{50};
constexpr std::chrono::seconds log_in_limit{30};

config::settings demo_settings(const demo_options& o) {
  config::settings s;
  s.node.name = "demo";
  s.node.data_dir = o.data_dir;
  s.log.kind = o.log == "memory"  ? config::log_kind::memory
               : o.log == "kafka" ? config::log_kind::kafka
                                  : config::log_kind::sqlite;
  s.chain.reading.backfill.rescan_interval = std::chrono::seconds{10};
  s.hedging.failure_backoff = std::chrono::milliseconds{250};
  s.poller.base = std::chrono::seconds{5};
  s.poller.jitter = std::chrono::seconds{1};
  s.execution.limits.calls_per_minute = 1200;
  s.execution.rules.http_grace = std::chrono::seconds{5};
  s.execution.rules.lease = std::chrono::seconds{5};
  s.broker.http.request_timeout = std::chrono::seconds{5};
  s.broker.app_key = config::secret{"demo-app"};
  s.broker.app_secret = config::secret{"demo-app-secret"};
  s.oauth.encryption_key = config::secret{demo_key};
  s.api.port = o.api_port;
  s.admin.port = o.admin_port;
  s.paper.port = 0;
  s.paper.policy.ledger = (std::filesystem::path{o.data_dir} / "paper.db").string();
  s.paper.policy.seed = o.seed;
  s.paper.policy.faults = o.faults;
  s.broker.redirect_uri = "http://127.0.0.1:" + std::to_string(o.api_port) + "/auth/callback";
  return s;
}

/// Whether the books have these fills on chain, by symbol.
bool has_all(const position_list& books, const std::map<std::string, shares>& fills) {
  std::map<std::string, shares> ours;
  for (const auto& row : books.rows) ours.emplace(row.latest.symbol.str(), row.latest.onchain);
  return std::all_of(fills.begin(), fills.end(), [&](const auto& one) { return ours[one.first] == one.second; });
}

/// Page by page; nothing when the query side does not answer.
std::optional<std::vector<execution_row>> all_executions(node::node& running) {
  std::vector<execution_row> all;
  executions_query query{.symbol = {}, .limit = 1000};
  do {
    auto page = running.executions(query);
    if (!page) return std::nullopt;
    std::move(page->rows.begin(), page->rows.end(), std::back_inserter(all));
    query.before = page->next;
  } while (query.before);
  return all;
}

}  // namespace

demo_session::demo_session(demo_options options, ports::notices& notices)
    : options_{std::move(options)}, notices_{notices}, settings_{demo_settings(options_)} {}

demo_session::~demo_session() { stop(); }

void demo_session::say(const std::string& line) const {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string demo_session::start() {
  std::error_code failed;
  std::filesystem::create_directories(options_.data_dir, failed);
  if (failed) return "--data " + options_.data_dir + ": cannot be made: " + failed.message();
  if (auto why = start_chain(); !why.empty()) return why;
  if (auto why = start_broker(); !why.empty()) return why;
  if (auto why = start_kafka(); !why.empty()) return why;
  if (auto why = start_node(); !why.empty()) return why;
  if (auto why = log_in(); !why.empty()) return why;
  world_->start_market();
  started_at_ = machine_.clock.now();
  return {};
}

/// On Kafka the services get their partitions a moment after the node is ready.
std::string demo_session::log_in() {
  say("Logging in at the paper broker");
  const std::string api = "http://127.0.0.1:" + std::to_string(options_.api_port);
  const auto until = machine_.clock.monotonic() + log_in_limit;
  for (;;) {
    auto why = log_in_at_paper(api, broker_->origin(), machine_.clock);
    if (why.empty() || machine_.clock.monotonic() > until) return why;
    std::this_thread::sleep_for(settle_pause);  // allow: the command waits for the node
  }
}

std::string demo_session::start_chain() {
  demo::demo_world_options o;
  o.data_dir = std::filesystem::path{options_.data_dir} / "chain";
  o.anvil_path =
      options_.anvil.empty() ? demo::default_anvil_path(source_folder()) : std::filesystem::path{options_.anvil};
  o.seed = options_.seed;
  o.fills_per_second = options_.fills_per_second;
  world_ = std::make_unique<demo::demo_world>(o, machine_.clock, machine_.random,
                                              [this](const std::string& line) { say(line); });
  if (auto started = world_->start(); !started) return started.error();
  const auto& where = world_->addresses();
  settings_.chain.ws_url = config::secret{world_->rpc_url()};
  settings_.chain.owner = where.owner;
  settings_.chain.start_block = where.first_block;
  settings_.tokens.usdc = where.usdc;
  // The broker starts from the prices of the chain's market.
  for (const auto& symbol : o.symbols)
    settings_.paper.policy.start_prices[symbol.base] =
        std::to_string(symbol.cents / 100) + "." + std::to_string(100 + symbol.cents % 100).substr(1);
  settings_.orderbooks.clear();
  for (const auto& book : where.books) {
    config::orderbook_settings b;
    b.address = book.where;
    b.version = book.version;
    b.owner = where.owner;
    settings_.orderbooks.push_back(b);
  }
  return {};
}

std::string demo_session::start_kafka() {
  if (settings_.log.kind != config::log_kind::kafka) return {};
  say("Starting a Kafka broker");
  demo::kafka_options o;
  o.home = demo::default_kafka_home(source_folder());
  o.data_dir = std::filesystem::path{options_.data_dir} / "kafka";
  auto started = demo::kafka_process::start(o);
  if (!started) return started.error();
  kafka_ = std::move(*started);
  settings_.kafka.policy.bootstrap = kafka_->bootstrap();
  say("Kafka at " + kafka_->bootstrap());
  return {};
}

std::string demo_session::start_broker() {
  auto started = paper::start_paper_broker(world::to_paper_options(settings_), machine_.clock);
  if (!started) return started.error();
  broker_ = std::move(*started);
  settings_.broker.base_url = broker_->origin();
  say("Paper broker at " + broker_->origin());
  return {};
}

std::string demo_session::start_node() {
  const auto errors = config::check(settings_, world::catalogue());
  if (!errors.empty()) return config::to_string(errors);
  auto ports = world::make_ports(settings_, machine_);
  if (!ports) return ports.error();
  ports->notices = &notices_;
  node_ = node::start_node(world::to_node_settings(settings_), std::move(*ports), wake_stop);
  if (auto why = wait_until_ready(*node_); !why.empty())
    return why + " (ports can be chosen with --api-port and --admin-port)";
  return {};
}

bool demo_session::caught_up(std::uint64_t block) {
  const auto tree = node_->status();
  if (!tree) return false;
  for (const auto& child : tree->children) {
    if (child.name != ingestion::service_name) continue;
    for (const auto& entity : child.children)
      if (const auto* checkpoint = entity.field<std::int64_t>("checkpoint"))
        return *checkpoint >= static_cast<std::int64_t>(block);
  }
  return false;
}

audit_result demo_session::finish(std::chrono::milliseconds limit) {
  audit_result result;
  if (auto stopped = world_->stop_market(); !stopped) result.differences.push_back(stopped.error());
  const auto block = world_->block_number();
  bool settled = false;
  const auto until = machine_.clock.monotonic() + limit;
  while (!settled && machine_.clock.monotonic() < until) {
    if (block && caught_up(*block)) {
      // Not unless the books have every trade of the chain and nothing is open any more.
      const auto fills = world_->net_positions(*block);
      const auto known = node_->overview();
      settled = fills && known && is_settled(known->positions) && has_all(known->positions, *fills);
    }
    std::this_thread::sleep_for(settle_pause);  // allow: the command waits for the node
  }
  audit_sources sources;
  if (auto net = world_->net_positions())
    sources.chain = *net;
  else
    result.differences.push_back(net.error());
  if (auto ledger = broker_->ledger())
    sources.broker_ledger = *ledger;
  else
    result.differences.push_back(ledger.error());
  auto known = node_->overview();
  auto executions = all_executions(*node_);
  if (!known || !executions) {
    result.differences.emplace_back("the read model does not answer");
    return result;
  }
  sources.positions = std::move(known->positions);
  sources.executions = *std::move(executions);
  auto compared = audit(sources);
  for (auto& d : result.differences) compared.differences.push_back(std::move(d));
  return compared;
}

std::vector<std::string> demo_session::stop() {
  std::vector<std::string> left;
  if (node_) left = node_->stop();
  node_.reset();
  kafka_.reset();
  broker_.reset();
  if (world_) world_->stop();
  world_.reset();
  return left;
}

}  // namespace hedgerow::cli
