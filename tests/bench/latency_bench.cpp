// From a log frame on the chain's WebSocket to the order request at the broker, through the real node: its log on
// disk or on Kafka, its actors, both of its protocols over loopback. latency_bench [SAMPLES [KAFKA_BOOTSTRAP]] Prints
// lines `name value` for bench.sh.
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "actors/execution/execution_actor.hpp"
#include "config/config.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/cli/ready.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "runtime/telemetry/telemetry.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/world.hpp"
#include "tests/bench/raw_events.hpp"
#include "tests/bench/scripted_broker.hpp"
#include "tests/unit/adapters/evm/scripted_node.hpp"

namespace {

using namespace hedgerow;
using steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// One order at a time per symbol: enough symbols that a symbol is done before its next turn.
constexpr std::uint32_t symbol_count = 100;
constexpr std::uint64_t one_share = 1'000'000'000'000'000'000ULL;
/// A fill leads to about ten transactions of the log: one after the other on Kafka, they must be done before the next.
constexpr milliseconds frame_interval{20};
constexpr milliseconds frame_interval_kafka{150};
constexpr milliseconds answer_limit{20'000};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::_Exit(1);
}

/// When frames were written and orders came.
class stopwatch {
 public:
  void sent(const std::string& name, steady::time_point at) {
    const std::scoped_lock lock{mutex_};
    sent_[name] = at;
  }
  void arrived(const std::string& name, steady::time_point at) {
    const std::scoped_lock lock{mutex_};
    const auto found = sent_.find(name);
    if (found == sent_.end()) give_up("an order for " + name + " that no frame asked for");
    taken_.push_back(std::chrono::duration<double, std::milli>(at - found->second).count());
    sent_.erase(found);
    changed_.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, answer_limit, [&] { return taken_.size() >= count; }))
      give_up(std::to_string(taken_.size()) + " of " + std::to_string(count) +
              " orders came; the first that did not: " + (sent_.empty() ? "" : sent_.begin()->first));
  }
  [[nodiscard]] std::vector<double> taken() const {
    const std::scoped_lock lock{mutex_};
    return taken_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, steady::time_point> sent_;
  std::vector<double> taken_;
};

std::string hex(std::uint64_t value) {
  char text[20];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string hex(const bytes& data) {
  std::string text = "0x";
  constexpr const char* digits = "0123456789abcdef";
  for (const auto b : data) {
    text += digits[b >> 4U];
    text += digits[b & 0xfU];
  }
  return text;
}

std::string frame_of(const blockchain_event& event) {
  const auto& log = event.log;
  return R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xb2","result":{"address":")" +
         log.book.to_string() + R"(","topics":[")" + log.topics[0].to_string() + R"("],"data":")" + hex(log.data) +
         R"(","blockNumber":")" + hex(log.ref.block_number) + R"(","blockHash":")" + log.ref.block_hash.to_string() +
         R"(","transactionHash":")" + log.ref.tx_hash.to_string() + R"(","logIndex":")" + hex(log.ref.log_index) +
         R"(","blockTimestamp":")" + hex(static_cast<std::uint64_t>(event.block_time.us / 1'000'000)) +
         R"(","removed":false}}})";
}

void teach(test::scripted_node& chain) {
  chain.on("eth_chainId", [](const auto&) { return R"("result":"0x2105")"; });
  chain.on("eth_getLogs", [](const auto&) { return R"("result":[])"; });
  chain.on("eth_getBlockByNumber", [](const auto&) {
    const std::string zeros(63, '0');
    return R"("result":{"number":"0x10","hash":"0x)" + zeros + R"(2","parentHash":"0x)" + zeros +
           R"(1","timestamp":"0x6553f100"})";
  });
}

config::settings make_settings(const bench::market& market, const std::filesystem::path& folder,
                               const std::string& broker, const std::string& chain_url, const std::string& kafka) {
  const auto rules = market.rules();
  config::settings s;
  s.node.name = "bench";
  s.node.data_dir = (folder / "data").string();
  s.chain.ws_url = config::secret{chain_url};
  s.chain.owner = rules.owner;
  s.chain.start_block = 16;
  s.chain.reading.hedge_history = true;  // the scripted block is of 2023
  s.chain.connection.stale_after = std::chrono::hours{1};
  s.chain.reading.backfill.rescan_interval = std::chrono::hours{1};
  s.tokens.usdc = rules.usdc;
  for (const auto& [where, token] : rules.pinned_tokens) {
    config::token_settings t;
    t.address = where;
    t.symbol = token.symbol;
    t.decimals = token.decimals;
    s.pinned_tokens.push_back(t);
  }
  config::orderbook_settings book;
  book.address = market.event(0).log.book;
  book.owner = rules.owner;
  s.orderbooks = {book};
  s.broker.base_url = broker;
  s.broker.app_key = config::secret{"bench-app"};
  s.broker.app_secret = config::secret{"bench-secret"};
  s.oauth.encryption_key = config::secret{std::string(64, '5')};
  s.api.port = demo::free_port(0);
  s.admin.port = demo::free_port(0);
  s.broker.redirect_uri = "http://127.0.0.1:" + std::to_string(s.api.port) + "/auth/callback";
  s.execution.limits.calls_per_minute = 6000;
  if (!kafka.empty()) {
    s.log.kind = config::log_kind::kafka;
    s.kafka.policy.bootstrap = kafka;
    s.kafka.policy.prefix = "latency.";
  }
  if (const auto errors = config::check(s, world::catalogue()); !errors.empty()) give_up(config::to_string(errors));
  return s;
}

/// What a browser would do, without the broker's page in between.
void log_in(const config::settings& s, const ports::clock& clock) {
  http::client_options options;
  options.origin = "http://127.0.0.1:" + std::to_string(s.api.port);
  const auto api = http::make_client(options, clock);
  if (!api) give_up(api.error());
  const auto login = cli::call(**api, {"GET", "/auth/login", {}, ""});
  if (!login) give_up("no login: " + login.error().detail);
  const auto state = http::parse_target(http::find_header(login->headers, "Location").value_or("")).find("state");
  if (!state) give_up("the login has no state");
  const auto done =
      cli::call(**api, {"GET", "/auth/callback?code=bench&state=" + http::percent_encode(*state), {}, ""});
  if (!done || done->status != 200) give_up("the login failed");
}

/// Whether `service` hosts an entity that `is_ready` accepts.
template <class Accepts>
bool hosts(node::node& node, const std::string& service, Accepts is_ready) {
  const auto tree = node.status();
  if (!tree) return false;
  for (const auto& child : tree->children)
    if (child.name == service && std::ranges::any_of(child.children, is_ready)) return true;
  return false;
}

bool runs(const protocol::actor_status& s) { return s.state == protocol::run_state::running; }

bool service_runs(node::node& node, const std::string& name) {
  const auto tree = node.status();
  return tree && std::ranges::any_of(tree->children, [&](const auto& c) { return c.name == name && runs(c); });
}

void wait_until(const std::string& what, const std::function<bool()>& condition) {
  const auto begun = steady::now();
  while (!condition()) {
    if (steady::now() - begun > answer_limit) give_up(what + ": not within 20 s");
    std::this_thread::sleep_for(milliseconds{5});  // allow: a benchmark samples
  }
}

/// One fill of one share per frame, symbol after symbol; whole rounds change the side, so positions stay small.
void drive(const bench::market& market, test::scripted_node& chain, stopwatch& watch, std::uint64_t frames,
           milliseconds interval) {
  using std::chrono::seconds;
  const auto now = std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch());
  for (std::uint64_t i = 0; i < frames; ++i) {
    const auto which = static_cast<std::uint32_t>(i % symbol_count);
    auto event = market.take(i, which, i / symbol_count % 2 == 0, one_share);
    event.block_time = {now.count() * 1'000'000};
    const std::string frame = frame_of(event);
    const auto next = steady::now() + interval;
    watch.sent(bench::market::symbol_name(which), steady::now());
    chain.push(frame);
    std::this_thread::sleep_until(next);  // allow: a benchmark sets the pace
    // A symbol's first order asks for the broker's position as well: let those through before measuring.
    if (i + 1 == symbol_count) watch.wait_for(symbol_count);
  }
  watch.wait_for(frames);
}

void report(std::vector<double> taken) {
  taken.erase(taken.begin(), taken.begin() + symbol_count);
  std::sort(taken.begin(), taken.end());
  const auto at = [&](double share) {
    return taken[std::min(taken.size() - 1, static_cast<std::size_t>(share * static_cast<double>(taken.size())))];
  };
  std::printf("frame_to_order_samples %zu\n", taken.size());
  std::printf("frame_to_order_p50_ms %.2f\n", at(0.5));
  std::printf("frame_to_order_p99_ms %.2f\n", at(0.99));
  std::printf("frame_to_order_max_ms %.2f\n", taken.back());
}

void measure(const std::filesystem::path& folder, std::uint64_t samples, const std::string& kafka) {
  bench::market market;
  market.symbols = symbol_count;
  stopwatch watch;
  bench::scripted_broker broker{[&](const std::string& name, steady::time_point at) { watch.arrived(name, at); }};
  // A node has two connections to its chain: one that services share, and one that reads logs. A scripted node serves
  // one.
  test::scripted_node shared;
  test::scripted_node chain;
  teach(shared);
  teach(chain);
  world::machine machine;
  const auto settings = make_settings(market, folder, broker.origin(), shared.url(), kafka);
  const auto notices = telemetry::make_notices({"warn", false}, machine.clock);
  auto ports = world::make_ports(settings, machine);
  if (!ports) give_up(ports.error());
  ports->notices = notices.get();
  ports->make_chain_client = [&] {
    evm::chain_client_options options;
    options.url = chain.url();
    options.stale_after = settings.chain.connection.stale_after;
    return *evm::make_chain_client(options, machine.clock, machine.random);
  };
  auto values = world::to_node_settings(settings);
  // Limits that protect an account, not the program.
  values.services.at<execution::execution_config>().limits.orders_per_minute = 1'000'000;
  values.gateway.budget.calls_per_minute = 1'000'000;
  auto node = node::start_node(values, std::move(*ports), [] { give_up("the node gave up"); });
  if (const auto why = cli::wait_until_ready(*node); !why.empty()) give_up(why);
  wait_until("a service that takes logins", [&] { return hosts(*node, "tokens", [](const auto&) { return true; }); });
  log_in(settings, machine.clock);
  wait_until("the token", [&] { return service_runs(*node, "token-follower"); });
  wait_until("reading the chain", [&] { return hosts(*node, "ingestion", runs); });
  drive(market, chain, watch, samples + symbol_count, kafka.empty() ? frame_interval : frame_interval_kafka);
  report(watch.taken());
  std::fflush(stdout);
  node->stop();
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t samples = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500;
  if (samples == 0) give_up("how many samples? at least 1");
  const auto folder = std::filesystem::temp_directory_path() / ("hedgerow-latency-" + std::to_string(::getpid()));
  measure(folder, samples, argc > 2 ? argv[2] : "");
  std::filesystem::remove_all(folder);
}
