// The pipeline on Kafka beside what librdkafka alone can do on the same broker.
//   kafka_bench throughput BOOTSTRAP [EVENTS N BATCH_MAX]
//                                                a backlog through the pipeline, then the same hops without it, N times
//   kafka_bench latency BOOTSTRAP [RATE S]       raw record to execution request, at a steady rate
//   kafka_bench transactions BOOTSTRAP [COUNT]   small ones: by a member of the log, and by librdkafka alone
//   kafka_bench sustained BOOTSTRAP [RATE S]     a steady rate for long: how far the pipeline falls behind
//   kafka_bench serve FOLDER                     a broker for the others, until standard input ends; prints BOOTSTRAP
// Prints lines `name value` for bench_kafka.sh.
#include "tests/bench/kafka_bench.hpp"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/kafka_process.hpp"
#include "tests/bench/bare_hops.hpp"
#include "tests/bench/pipeline_run.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow::bench {

std::shared_ptr<ports::event_log> open_kafka(const std::string& bootstrap, const std::string& prefix,
                                             const ports::clock& clock) {
  adapters::kafka_options options;
  options.bootstrap = bootstrap;
  options.prefix = prefix;
  auto log = adapters::open_kafka_log(options, clock);
  if (!log) give_up(log.error().detail);
  return *log;
}

std::string run_prefix(const std::string& part) { return "run-" + std::to_string(::getpid()) + "-" + part + "."; }

double quantile(std::vector<double>& all, double part) {
  std::sort(all.begin(), all.end());
  return all[std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())))];
}

void print(const char* name, double value) { std::printf("%s %.2f\n", name, value); }
void print(const char* name, std::uint64_t value) {
  std::printf("%s %llu\n", name, static_cast<unsigned long long>(value));
}

}  // namespace hedgerow::bench

namespace {

using namespace hedgerow;
using namespace hedgerow::bench;
using steady = std::chrono::steady_clock;

// -- throughput ------------------------------------------------------------------------------------------------------

/// Enough of a topic's records that nothing repeats within one of Kafka's batches; the partitions by turns.
std::vector<record> some_of(ports::event_log& log, topic t) {
  constexpr std::size_t of_each = 5000;
  std::vector<std::vector<record>> partitions;
  for (std::uint32_t p = 0; p < log.partitions(t); ++p) {
    auto some = log.read({t, p}, 0, of_each);
    if (!some || some->empty()) give_up("no records to move in " + std::string{to_string(t)});
    partitions.push_back(std::move(*some));
  }
  std::vector<record> all;
  for (std::size_t i = 0; i < of_each; ++i)
    for (const auto& some : partitions) all.push_back(some[i % some.size()]);
  return all;
}

std::size_t mean_value_bytes(const std::vector<record>& records) {
  std::size_t bytes = 0;
  for (const auto& r : records) bytes += r.value->size();
  return bytes / records.size();
}

struct throughput_pass {
  pipeline_result pipeline;
  double one_loop_seconds = 0;
  double two_loops_seconds = 0;
  std::uint64_t trade_bytes = 0;
  std::uint64_t update_bytes = 0;
};

double without_it(const std::string& bootstrap, const std::string& name, hop first, hop second,
                  double (*move)(const std::string&, const hop&, const hop&)) {
  first.to += name + "-trades";
  second.from = first.to;
  second.to += name + "-updates";
  make_topic(bootstrap, first.to);
  make_topic(bootstrap, second.to);
  return move(bootstrap, first, second);
}

/// A backlog through the pipeline, and then as many such records in as many transactions without it.
throughput_pass pass(const std::string& bootstrap, const std::string& prefix, std::uint64_t events,
                     std::uint64_t batch_max, const ports::clock& clock) {
  const market market;
  auto log = open_kafka(bootstrap, prefix, clock);
  append_backlog(
      *log, [&](std::uint64_t i) { return market.event(i); }, events);
  throughput_pass out;
  out.pipeline = run_pipeline(log, market, {batch_max, events, true}, clock);
  const auto& [seconds, cpu, validation, accumulator, broker] = out.pipeline;
  // The third hop, orders to fills, is a small part of a hop: the yardstick gets it as more work of the second.
  const hop first{prefix + "blockchain-events",        prefix, events, validation.records_out, validation.transactions,
                  some_of(*log, topic::onchain_trades)};
  const hop second{prefix,
                   prefix,
                   events,
                   accumulator.records_out + broker.records_out,
                   accumulator.transactions + broker.transactions,
                   some_of(*log, topic::position_updates)};
  out.trade_bytes = mean_value_bytes(first.written);
  out.update_bytes = mean_value_bytes(second.written);
  out.one_loop_seconds = without_it(bootstrap, "one-loop", first, second, move_by_one_loop);
  out.two_loops_seconds = without_it(bootstrap, "two-loops", first, second, move_by_two_loops);
  return out;
}

/// Several passes on one broker, whose own code is compiled as it runs; the first ones do not count: half a minute, as
/// long as the yardsticks' broker works before it is measured. Medians of the others.
void measure_throughput(const std::string& bootstrap, std::uint64_t events, std::uint64_t passes,
                        std::uint64_t batch_max, const ports::clock& clock) {
  constexpr std::uint64_t warm_up = 4;
  std::vector<throughput_pass> all;
  std::vector<double> one_loop;
  std::vector<double> two_loops;
  for (std::uint64_t i = 0; i < warm_up + passes; ++i) {
    const auto done = pass(bootstrap, run_prefix(std::to_string(i)), events, batch_max, clock);
    std::fprintf(
        stderr,
        "bench: pass %llu: pipeline %.0f events/s, %.1f us of processor time each; one bare loop %.0f, two %.0f\n",
        static_cast<unsigned long long>(i), static_cast<double>(events) / done.pipeline.seconds,
        done.pipeline.cpu_seconds * 1e6 / static_cast<double>(events),
        static_cast<double>(events) / done.one_loop_seconds, static_cast<double>(events) / done.two_loops_seconds);
    if (i < warm_up) continue;
    all.push_back(done);
    one_loop.push_back(static_cast<double>(events) / done.one_loop_seconds);
    two_loops.push_back(static_cast<double>(events) / done.two_loops_seconds);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.pipeline.seconds < b.pipeline.seconds; });
  const auto& middle = all[all.size() / 2];
  const auto& [seconds, cpu, validation, accumulator, broker] = middle.pipeline;
  const auto seconds_in = [](const bridge_work& w) {
    return static_cast<double>(w.transactions * w.transaction_us) / 1e6;
  };
  print("pipeline_events_per_s", static_cast<double>(events) / seconds);
  print("pipeline_cpu_us_per_event", cpu * 1e6 / static_cast<double>(events));
  print("batch_max", batch_max);
  print("pipeline_transactions", validation.transactions + accumulator.transactions + broker.transactions);
  print("execution_requests", broker.records_in);
  print("pipeline_seconds", seconds);
  print("validation_in_transactions_s", seconds_in(validation));
  print("accumulator_in_transactions_s", seconds_in(accumulator));
  print("broker_in_transactions_s", seconds_in(broker));
  print("pipeline_records_moved", validation.records_in + validation.records_out + accumulator.records_in +
                                      accumulator.records_out + broker.records_in + broker.records_out);
  print("trade_bytes", middle.trade_bytes);
  print("position_update_bytes", middle.update_bytes);
  print("bare_loop_events_per_s", quantile(one_loop, 0.5));
  print("two_bare_loops_events_per_s", quantile(two_loops, 0.5));
}

void serve(const std::string& folder) {
  demo::kafka_options options;
  options.home = demo::default_kafka_home(test::source_folder());
  options.data_dir = folder;
  options.heap_megabytes = 1024;
  const auto broker = demo::kafka_process::start(options);
  if (!broker) give_up(broker.error());
  std::printf("%s\n", (*broker)->bootstrap().c_str());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

// -- transactions ----------------------------------------------------------------------------------------------------

/// Commits and waits for the answer; milliseconds.
double commit(ports::log_member& member, log_transaction tx) {
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  const auto begun = steady::now();
  member.commit(std::move(tx), [&](const auto& outcome) {
    if (!outcome) give_up(outcome.error().detail);
    const std::scoped_lock lock{mutex};
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock{mutex};
  done.wait(lock, [&] { return finished; });
  return seconds_since(begun) * 1e3;
}

void measure_transactions(const std::string& bootstrap, std::size_t count, const ports::clock& clock) {
  const market market;
  const auto prefix = run_prefix("transaction");
  const auto log = open_kafka(bootstrap, prefix, clock);
  append_backlog(
      *log, [&](std::uint64_t i) { return market.event(i); }, 2 * count);
  auto member = log->join({"bench", "bench", {topic::blockchain_events}});
  if (!member) give_up(member.error().detail);
  std::size_t assigned = 0;
  wait_until([&] {
    const auto batch = (*member)->poll(0);
    if (!batch) give_up(batch.error().detail);
    return (assigned += batch->assigned.size()) > 0;
  });
  std::vector<double> taken;
  for (std::size_t i = 0; i < count + count / 3; ++i) {
    log_transaction tx;
    tx.records.push_back({{topic::schwab_commands, 0}, "AAPL", std::string(400, 'x')});
    tx.offsets.push_back({{topic::blockchain_events, 0}, static_cast<std::int64_t>(i)});
    const auto ms = commit(**member, std::move(tx));
    if (i >= count / 3) taken.push_back(ms);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});  // allow: the broker completes the last one
  }
  print("member_transaction_p50_ms", quantile(taken, 0.5));
  print("member_transaction_p99_ms", quantile(taken, 0.99));
  const auto time_bare = [&](const std::string& name, const transaction_shape& shape) {
    make_topic(bootstrap, prefix + name);
    return time_transactions(bootstrap, prefix + "blockchain-events", prefix + name, count, shape);
  };
  const auto one = time_bare("bare-one", {});
  print("transaction_p50_ms", one.p50);
  print("transaction_p99_ms", one.p99);
  // What a frame passes before its order: the event with the ingestion's state; trade, position and command with the
  // offsets of two services; the intent and the desk's state.
  const auto event = time_bare("bare-event", {3, 2, 1});
  const auto trade = time_bare("bare-trade", {3, 3, 2});
  const auto intent = time_bare("bare-intent", {3, 2, 1});
  print("trade_transaction_p50_ms", trade.p50);
  print("frame_transactions_p50_ms", event.p50 + trade.p50 + intent.p50);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) give_up("kafka_bench throughput|latency|transactions|sustained BOOTSTRAP [...], or serve FOLDER");
  const std::string mode = argv[1];
  const std::string bootstrap = argv[2];
  const auto number = [&](int index, std::uint64_t otherwise) {
    return argc > index ? std::strtoull(argv[index], nullptr, 10) : otherwise;
  };
  const adapters::system_clock clock;
  if (mode == "throughput")
    measure_throughput(bootstrap, number(3, 200'000), number(4, 3), number(5, node_batch_max), clock);
  else if (mode == "latency")
    measure_latency(bootstrap, number(3, 200), number(4, 12), clock);
  else if (mode == "transactions")
    measure_transactions(bootstrap, number(3, 1'000), clock);
  else if (mode == "sustained")
    measure_sustained(bootstrap, number(3, 10'000), number(4, 600), clock);
  else if (mode == "serve")
    serve(bootstrap);
  else
    give_up("the mode must be throughput, latency, transactions, sustained or serve, not " + mode);
}
