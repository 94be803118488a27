// throughput: of the pipeline on the embedded log or on Kafka, exactly once: raw log records to positions and execution
// requests, each filled at once, then how fast the read model is rebuilt from what they left. pipeline and append end
// earlier. memory: of 10,000 symbols, each with its actor. Prints lines `name value` for bench.sh.
#include <sys/resource.h>

#include <caf/all.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "actors/aggregator/aggregator_actor.hpp"
#include "config/settings.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/bench/pipeline_run.hpp"

namespace {

using namespace hedgerow;
using namespace hedgerow::bench;
using steady = std::chrono::steady_clock;

constexpr std::uint32_t partitions = 4;

/// `where` is a file, or the bootstrap address of a Kafka broker.
std::shared_ptr<ports::event_log> open(const std::string& where, bool kafka, const ports::clock& clock) {
  if (kafka) {
    adapters::kafka_options options;
    options.bootstrap = where;
    options.symbol_partitions = partitions;
    auto log = adapters::open_kafka_log(options, clock);
    if (!log) give_up(log.error().detail);
    return *log;
  }
  adapters::sqlite_log_options options;
  options.path = where;
  options.symbol_partitions = partitions;
  auto log = adapters::open_sqlite_log(options, clock);
  if (!log) give_up(log.error().detail);
  return *log;
}

std::int64_t total(ports::event_log& log, topic t) {
  std::int64_t sum = 0;
  for (std::uint32_t p = 0; p < log.partitions(t); ++p) sum += log.end_offset({t, p}).value_or(0);
  return sum;
}

struct system_config : caf::actor_system_config {
  system_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-throughput", std::size_t{300});
    set("logger.file-verbosity", caf::atom("quiet"));
  }
};

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

void replay(std::shared_ptr<ports::event_log> log) {
  system_config config;
  caf::actor_system system{config};
  const auto records = total(*log, topic::onchain_trades) + total(*log, topic::position_updates);
  const auto begun = steady::now();
  auto model = protocol::spawn_class<aggregator::aggregator>(system, log, adapters::make_memory_store(),
                                                             aggregator::aggregator_config{});
  caf::scoped_actor self{system};
  bool done = false;
  wait_until([&] {
    self->request(model, std::chrono::seconds{30}, protocol::status_atom::value)
        .receive([&](const protocol::actor_status& s) { done = s.state == protocol::run_state::running; },
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

void show(const char* who, const bridge_work& work) {
  std::printf("%s_records_in %llu\n", who, static_cast<unsigned long long>(work.records_in));
  std::printf("%s_records_out %llu\n", who, static_cast<unsigned long long>(work.records_out));
  std::printf("%s_transactions %llu\n", who, static_cast<unsigned long long>(work.transactions));
}

/// As nodes have it by default.
std::size_t batch_max(bool kafka) {
  return config::default_batch_max(kafka ? config::log_kind::kafka : config::log_kind::sqlite);
}

void measure_throughput(const std::string& where, bool kafka, std::uint64_t events, phases only,
                        const ports::clock& clock) {
  const market market;
  auto log = open(where, kafka, clock);
  append_backlog(
      *log, [&](std::uint64_t i) { return market.event(i); }, events);
  if (only == phases::append) return;
  const auto count = static_cast<double>(events);
  const auto before = cpu_used();
  const auto done = run_pipeline(log, market, {batch_max(kafka), events, kafka}, clock);
  const auto after = cpu_used();
  std::printf("pipeline_events_per_s %.0f\n", count / done.seconds);
  // These depend less than wall-clock time on what else the machine does.
  std::printf("pipeline_user_us_per_event %.1f\n", (after.user - before.user) * 1e6 / count);
  std::printf("pipeline_kernel_us_per_event %.1f\n", (after.kernel - before.kernel) * 1e6 / count);
  if (kafka) {
    show("validation", done.validation);
    show("accumulator", done.accumulator);
    show("broker", done.broker);
  }
  if (only == phases::pipeline) return;
  std::printf("execution_requests %llu\n", static_cast<unsigned long long>(done.broker.records_in));
  replay(log);
}

/// One trade for each symbol, so that each has its actor; two bridges and the log are in the same process.
void measure_memory(const std::filesystem::path& file, std::uint32_t symbols, const ports::clock& clock) {
  bench::market market;
  market.symbols = symbols;
  auto log = open(file.string(), false, clock);
  constexpr std::uint64_t half_a_share = 500'000'000'000'000'000ULL;
  append_backlog(
      *log, [&](std::uint64_t i) { return market.take(i, static_cast<std::uint32_t>(i), i % 2 == 0, half_a_share); },
      symbols);
  const auto at_the_end = [&] {
    if (total(*log, topic::position_updates) != static_cast<std::int64_t>(symbols)) give_up("a symbol was not booked");
    std::printf("rss_mb_10k_symbols %.1f\n", resident_mb());
  };
  std::ignore = run_pipeline(log, market, {batch_max(false), symbols, false, true, at_the_end}, clock);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 ? argv[1] : "throughput";
  const auto folder = std::filesystem::temp_directory_path() / ("hedgerow-bench-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const adapters::system_clock clock;
  const std::uint64_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  const bool kafka = argc > 3;
  const std::string where = kafka ? argv[3] : (folder / "events.db").string();
  if (mode == "throughput")
    measure_throughput(where, kafka, events, phases::all, clock);
  else if (mode == "pipeline")
    measure_throughput(where, kafka, events, phases::pipeline, clock);
  else if (mode == "append")
    measure_throughput(where, kafka, events, phases::append, clock);
  else if (mode == "memory")
    measure_memory(folder / "events.db", 10'000, clock);
  else
    give_up("throughput, pipeline or append, each with [EVENTS [KAFKA_BOOTSTRAP]], or memory; not " + mode);
  std::filesystem::remove_all(folder);
}
