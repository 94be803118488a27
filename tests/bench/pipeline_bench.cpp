// throughput: of the pipeline on the embedded log, exactly once: raw log records to positions and execution requests,
// each filled at once, then how fast the read model is rebuilt from what they left. pipeline and append end earlier.
// memory: of 10,000 symbols, each with its actor. Prints lines `name value` for bench.sh.
#include <sys/resource.h>

#include <caf/all.hpp>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>

#include "actors/accumulator/accumulator_actor.hpp"
#include "actors/aggregator/aggregator_actor.hpp"
#include "actors/bridges/bridge_actor.hpp"
#include "actors/validation/validation_actor.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/bench/instant_broker.hpp"
#include "tests/bench/raw_events.hpp"
#include "tests/support/fake_chain.hpp"

namespace {

using namespace hedgerow;
using steady = std::chrono::steady_clock;

constexpr std::uint32_t partitions = 4;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

std::shared_ptr<ports::event_log> open(const std::filesystem::path& path, const ports::clock& clock) {
  adapters::sqlite_log_options options;
  options.path = path.string();
  options.symbol_partitions = partitions;
  auto log = adapters::open_sqlite_log(options, clock);
  if (!log) give_up(log.error().detail);
  return *log;
}

using event_source = std::function<blockchain_event(std::uint64_t index)>;

void append_backlog(ports::event_log& log, const event_source& make, std::uint64_t count) {
  auto member = log.join({"bench-feed", "bench", {}});
  if (!member) give_up(member.error().detail);
  constexpr std::uint64_t per_commit = 1000;
  for (std::uint64_t first = 0; first < count; first += per_commit) {
    log_transaction tx;
    for (std::uint64_t i = first; i < std::min(count, first + per_commit); ++i) {
      const auto event = make(i);
      const envelope meta{"log:" + std::to_string(i), event.block_time, event.block_time, event.log.ref.key(), {}, {}};
      tx.records.push_back({{topic::blockchain_events, 0}, event.log.ref.key(), codec::encode(meta, event)});
    }
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    (*member)->commit(std::move(tx), [&](auto outcome) {
      if (!outcome) give_up(outcome.error().detail);
      const std::scoped_lock lock{mutex};
      finished = true;
      done.notify_one();
    });
    std::unique_lock lock{mutex};
    done.wait(lock, [&] { return finished; });
  }
}

std::int64_t total(ports::event_log& log, topic t) {
  std::int64_t sum = 0;
  for (std::uint32_t p = 0; p < log.partitions(t); ++p) sum += log.end_offset({t, p}).value_or(0);
  return sum;
}

std::int64_t lag(ports::event_log& log, const std::string& group, topic t) {
  std::int64_t sum = 0;
  for (std::uint32_t p = 0; p < log.partitions(t); ++p)
    sum += log.end_offset({t, p}).value_or(0) - log.committed(group, {t, p})->value_or(0);
  return sum;
}

struct system_config : caf::actor_system_config {
  system_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-throughput", std::size_t{300});
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

double seconds_since(steady::time_point begun) { return std::chrono::duration<double>(steady::now() - begun).count(); }

/// What this process has used of all cores, in seconds: user and kernel.
struct cpu_time {
  double user = 0;
  double kernel = 0;
};

cpu_time cpu_used() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime), seconds(used.ru_stime)};
}

void wait_until(const std::function<bool()>& condition) {
  const auto begun = steady::now();
  while (!condition()) {
    if (seconds_since(begun) > 300) give_up("not done within 300 s");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});  // allow: a benchmark samples
  }
}

/// Seconds from the first record to the last commit; `at_the_end` runs while all actors live.
double run_pipeline(const std::shared_ptr<ports::event_log>& log, const bench::market& market, std::uint64_t events,
                    const ports::clock& clock, const std::function<void()>& at_the_end = {}) {
  system_config config;
  caf::actor_system system{config};
  bridges::bridge_config bridge;
  bridge.batch_max = 4000;
  validation::validation_config validation;
  validation.rules = market.rules();
  validation.symbol_partitions = partitions;
  domain::hedging_policy hedging;
  hedging.one_in_flight = false;  // each whole share is a request of its own, not what came together meanwhile
  auto chain = std::make_shared<test::fake_chain>(std::make_shared<test::fake_node>());
  const auto begun = steady::now();
  auto first = system.spawn(bridges::bridge_actor, log, validation::validation_service(validation, chain, &clock),
                            bridge, &clock);
  auto second = system.spawn(bridges::bridge_actor, log, accumulator::accumulator_service(hedging, &clock), bridge,
                             &clock);
  auto third = system.spawn(bridges::bridge_actor, log, bench::instant_broker(&clock), bridge, &clock);
  wait_until([&] {
    return total(*log, topic::onchain_trades) == static_cast<std::int64_t>(events) &&
           lag(*log, "accumulator", topic::onchain_trades) == 0 &&
           lag(*log, "instant_broker", topic::schwab_commands) == 0 &&
           lag(*log, "accumulator", topic::schwab_executions) == 0;
  });
  const double took = seconds_since(begun);
  if (at_the_end) at_the_end();
  caf::scoped_actor self{system};
  for (auto& bridge_handle : {first, second, third})
    self->request(bridge_handle, std::chrono::seconds{30}, protocol::drain_atom::value)
        .receive([](protocol::ok_atom) {}, [&](const caf::error& e) { give_up(system.render(e)); });
  return took;
}

void replay(std::shared_ptr<ports::event_log> log, const ports::clock& clock) {
  system_config config;
  caf::actor_system system{config};
  const auto records = total(*log, topic::onchain_trades) + total(*log, topic::position_updates);
  const auto begun = steady::now();
  auto model = system.spawn(aggregator::aggregator, log, aggregator::aggregator_config{}, &clock);
  caf::scoped_actor self{system};
  bool done = false;
  wait_until([&] {
    self->request(model, std::chrono::seconds{30}, protocol::status_atom::value)
        .receive([&](const protocol::actor_status& s) { done = s.state == "running"; },
                 [&](const caf::error& e) { give_up(system.render(e)); });
    return done;
  });
  std::printf("replay_events_per_s %.0f\n", static_cast<double>(records) / seconds_since(begun));
  self->send_exit(model, caf::exit_reason::user_shutdown);
}

/// Resident memory of this process, in MB of 10^6 bytes.
double resident_mb() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) * 1024 / 1e6;
  give_up("/proc/self/status has no VmRSS");
}

/// How far to go: a profiler wants one phase, or the difference of two.
enum class phases { append, pipeline, all };

void measure_throughput(const std::filesystem::path& file, std::uint64_t events, phases only,
                        const ports::clock& clock) {
  const bench::market market;
  auto log = open(file, clock);
  append_backlog(*log, [&](std::uint64_t i) { return market.event(i); }, events);
  if (only == phases::append) return;
  const auto count = static_cast<double>(events);
  const auto before = cpu_used();
  const double took = run_pipeline(log, market, events, clock);
  const auto after = cpu_used();
  std::printf("pipeline_events_per_s %.0f\n", count / took);
  // These depend less than wall-clock time on what else the machine does.
  std::printf("pipeline_user_us_per_event %.1f\n", (after.user - before.user) * 1e6 / count);
  std::printf("pipeline_kernel_us_per_event %.1f\n", (after.kernel - before.kernel) * 1e6 / count);
  if (only == phases::pipeline) return;
  std::printf("execution_requests %lld\n", static_cast<long long>(total(*log, topic::schwab_commands)));
  replay(log, clock);
}

/// One trade for each symbol, so that each has its actor; two bridges and the log are in the same process.
void measure_memory(const std::filesystem::path& file, std::uint32_t symbols, const ports::clock& clock) {
  bench::market market;
  market.symbols = symbols;
  auto log = open(file, clock);
  constexpr std::uint64_t half_a_share = 500'000'000'000'000'000ULL;
  append_backlog(
      *log, [&](std::uint64_t i) { return market.take(i, static_cast<std::uint32_t>(i), i % 2 == 0, half_a_share); },
      symbols);
  run_pipeline(log, market, symbols, clock, [&] {
    if (total(*log, topic::position_updates) != static_cast<std::int64_t>(symbols)) give_up("a symbol was not booked");
    std::printf("rss_mb_10k_symbols %.1f\n", resident_mb());
  });
}

}  // namespace

int main(int argc, char** argv) {
  adapters::tune_allocator();
  const std::string mode = argc > 1 ? argv[1] : "throughput";
  const auto folder = std::filesystem::temp_directory_path() / ("hedgerow-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const adapters::system_clock clock;
  const std::uint64_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  if (mode == "throughput")
    measure_throughput(folder / "events.db", events, phases::all, clock);
  else if (mode == "pipeline")
    measure_throughput(folder / "events.db", events, phases::pipeline, clock);
  else if (mode == "append")
    measure_throughput(folder / "events.db", events, phases::append, clock);
  else if (mode == "memory")
    measure_memory(folder / "events.db", 10'000, clock);
  else
    give_up("throughput, pipeline or append, each with [EVENTS], or memory; not " + mode);
  std::filesystem::remove_all(folder);
}
