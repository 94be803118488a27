// The pipeline on Kafka beside what librdkafka alone can do on the same broker.
//   kafka_bench throughput BOOTSTRAP [EVENTS PASSES]  a backlog through the pipeline, then the same hops without it
//   kafka_bench latency BOOTSTRAP [RATE S]      raw record to execution request, at a steady rate
//   kafka_bench transactions BOOTSTRAP [COUNT]  one record per transaction: a member of the log, and librdkafka alone
//   kafka_bench sustained BOOTSTRAP [RATE S]    a steady rate for long: how far the pipeline falls behind
//   kafka_bench serve FOLDER                    a broker for the others, until standard input ends; prints BOOTSTRAP
// Prints lines `name value` for bench_kafka.sh.
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "messages/codec/codec.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/kafka_process.hpp"
#include "tests/bench/bare_hops.hpp"
#include "tests/bench/pipeline_run.hpp"

namespace {

using namespace hedgerow;
using namespace hedgerow::bench;
using steady = std::chrono::steady_clock;

std::shared_ptr<ports::event_log> open(const std::string& bootstrap, const std::string& prefix,
                                       const ports::clock& clock) {
  adapters::kafka_options options;
  options.bootstrap = bootstrap;
  options.prefix = prefix;
  auto log = adapters::open_kafka_log(options, clock);
  if (!log) give_up(log.error().detail);
  return *log;
}

/// Names of topics and groups that no other run on this broker has used.
std::string run_prefix(const std::string& part) { return "run-" + std::to_string(::getpid()) + "-" + part + "."; }

double at(std::vector<double>& all, double part) {
  std::sort(all.begin(), all.end());
  return all[std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())))];
}

void print(const char* name, double value) { std::printf("%s %.2f\n", name, value); }
void print(const char* name, std::uint64_t value) { std::printf("%s %llu\n", name, static_cast<unsigned long long>(value)); }

// -- throughput ------------------------------------------------------------------------------------------------------

std::size_t mean_value_bytes(ports::event_log& log, topic t) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  const auto some = log.read({t, 0}, 0, 20'000);
  for (const auto& r : *some) {
    bytes += r.value ? r.value->size() : 0;
    ++count;
  }
  return count == 0 ? 0 : bytes / count;
}

struct throughput_pass {
  pipeline_result pipeline;
  double bare_seconds = 0;
  std::uint64_t trade_bytes = 0;
  std::uint64_t update_bytes = 0;
};

/// A backlog through the pipeline, and then as many records of the same size in as many transactions without it.
throughput_pass pass(const std::string& bootstrap, const std::string& prefix, std::uint64_t events,
                     const ports::clock& clock) {
  const market market;
  auto log = open(bootstrap, prefix, clock);
  append_backlog(*log, [&](std::uint64_t i) { return market.event(i); }, events);
  throughput_pass out;
  out.pipeline = run_pipeline(log, market, {10'000, events, true}, clock);
  const auto& [seconds, cpu, validation, accumulator, broker] = out.pipeline;
  // The third hop, orders to fills, is a fifth of a hop: the yardstick gets it as more work of the second.
  hop first{prefix + "blockchain-events", prefix + "bare-trades", events, validation.records_out,
            validation.transactions, mean_value_bytes(*log, topic::onchain_trades)};
  hop second{prefix + "bare-trades", prefix + "bare-updates", events, accumulator.records_out + broker.records_out,
             accumulator.transactions + broker.transactions, mean_value_bytes(*log, topic::position_updates)};
  out.trade_bytes = first.value_bytes;
  out.update_bytes = second.value_bytes;
  make_topic(bootstrap, first.to);
  make_topic(bootstrap, second.to);
  out.bare_seconds = move_through(bootstrap, first, second);
  return out;
}

/// Several passes on one broker, whose own code is compiled as it runs; the first ones, which warm it up as those before
/// the yardsticks' do, do not count. Medians of the others.
void measure_throughput(const std::string& bootstrap, std::uint64_t events, std::uint64_t passes,
                        const ports::clock& clock) {
  constexpr std::uint64_t warm_up = 2;
  std::vector<throughput_pass> all;
  std::vector<double> bare;
  for (std::uint64_t i = 0; i < warm_up + passes; ++i) {
    const auto done = pass(bootstrap, run_prefix(std::to_string(i)), events, clock);
    std::fprintf(stderr, "bench: pass %llu: pipeline %.0f events/s, %.1f us of processor time each; without it %.0f\n",
                 static_cast<unsigned long long>(i), static_cast<double>(events) / done.pipeline.seconds,
                 done.pipeline.cpu_seconds * 1e6 / static_cast<double>(events),
                 static_cast<double>(events) / done.bare_seconds);
    if (i < warm_up) continue;
    all.push_back(done);
    bare.push_back(static_cast<double>(events) / done.bare_seconds);
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
  print("bare_loop_events_per_s", at(bare, 0.5));
}

// -- latency ---------------------------------------------------------------------------------------------------------

/// When raw records were sent and requests were seen, by the event that the request names as its cause.
class stamps {
 public:
  void sent(const std::string& key, steady::time_point when) {
    const std::lock_guard lock{mutex_};
    sent_[key] = when;
  }
  void seen(const std::string& key, steady::time_point when) {
    const std::lock_guard lock{mutex_};
    const auto it = sent_.find(key);
    if (it == sent_.end()) return;
    if (counting_) taken_.push_back(std::chrono::duration<double, std::milli>(when - it->second).count());
    sent_.erase(it);
  }
  void count_from_now() {
    const std::lock_guard lock{mutex_};
    counting_ = true;
  }
  std::vector<double> taken() {
    const std::lock_guard lock{mutex_};
    return taken_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, steady::time_point> sent_;
  std::vector<double> taken_;
  bool counting_ = false;
};

/// Watches a topic as another process would, and tells each record once.
class observer {
 public:
  observer(std::shared_ptr<ports::event_log> log, topic of, std::function<void(const record&)> tell)
      : log_{std::move(log)}, thread_{[this, of, tell = std::move(tell)] { watch(of, tell); }} {}
  ~observer() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  observer(const observer&) = delete;
  observer& operator=(const observer&) = delete;

 private:
  void watch(topic of, const std::function<void(const record&)>& tell) {
    std::map<std::uint32_t, std::int64_t> next;
    log_->on_append([this] {
      {
        const std::lock_guard lock{mutex_};
        news_ = true;
      }
      wake_.notify_one();
    });
    for (;;) {
      for (std::uint32_t p = 0; p < log_->partitions(of); ++p) {
        const auto some = log_->read({of, p}, next[p], 1000);
        if (!some) give_up(some.error().detail);
        for (const auto& r : *some) {
          tell(r);
          next[p] = r.offset + 1;
        }
      }
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [&] { return news_ || stopping_; });
      if (stopping_) return;
      news_ = false;
    }
  }

  std::shared_ptr<ports::event_log> log_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool news_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// Sends raw records without a transaction, as the generator of the Kafka Streams twin does.
class plain_producer {
 public:
  plain_producer(const std::string& bootstrap, const std::string& prefix) {
    char reason[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), reason, sizeof reason);
    rd_kafka_conf_set(conf, "linger.ms", "0", reason, sizeof reason);
    rd_kafka_conf_set(conf, "compression.type", "lz4", reason, sizeof reason);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (client_ == nullptr) give_up(reason);
    topic_ = rd_kafka_topic_new(client_, (prefix + "blockchain-events").c_str(), nullptr);
  }
  ~plain_producer() {
    rd_kafka_flush(client_, 10'000);
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(client_);
  }
  plain_producer(const plain_producer&) = delete;
  plain_producer& operator=(const plain_producer&) = delete;

  void send(const std::string& key, std::string value) {
    if (rd_kafka_produce(topic_, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), key.data(), key.size(), nullptr) != 0)
      give_up("produce");
    rd_kafka_poll(client_, 0);
  }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
};

void measure_latency(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                     const ports::clock& clock) {
  const market market;
  const auto prefix = run_prefix("latency");
  auto log = open(bootstrap, prefix, clock);
  stamps known;
  const std::uint64_t settle = rate * 8;
  const std::uint64_t events = settle + rate * seconds;
  std::thread feed{[&] {
    plain_producer producer{bootstrap, prefix};
    auto next = steady::now() + std::chrono::seconds{3};
    for (std::uint64_t i = 0; i < events; ++i, next += std::chrono::nanoseconds{1'000'000'000 / rate}) {
      std::this_thread::sleep_until(next);  // allow: a benchmark sets the pace
      if (i == settle) known.count_from_now();
      const auto event = market.event(i);
      const auto key = event.log.ref.key();
      const envelope meta{"log:" + std::to_string(i), event.block_time, clock.now(), key, {}, {}};
      auto value = codec::encode(meta, event);
      known.sent("trade:" + meta.event_id, steady::now());
      producer.send(key, std::move(value));
    }
  }};
  {
    observer eyes{open(bootstrap, prefix, clock), topic::schwab_commands, [&](const record& r) {
                    const auto now = steady::now();
                    if (const auto command = codec::decode<schwab_command>(*r.value))
                      known.seen(command->meta.causation_id, now);
                  }};
    pipeline_options options{1'000, events, true};
    options.interval = std::chrono::milliseconds{500};
    const auto done = run_pipeline(log, market, options, clock);
    print("latency_transactions", done.validation.transactions + done.accumulator.transactions + done.broker.transactions);
    print("latency_transaction_mean_ms", static_cast<double>(done.accumulator.transaction_us) / 1e3);
  }
  feed.join();
  auto taken = known.taken();
  if (taken.empty()) give_up("no request was seen");
  print("record_to_request_p50_ms", at(taken, 0.5));
  print("record_to_request_p99_ms", at(taken, 0.99));
  print("record_to_request_samples", std::uint64_t{taken.size()});
}

// -- a steady rate for long ------------------------------------------------------------------------------------------

/// Largest number of events that were sent and not yet validated, in the first and in the last quarter of the time.
void measure_sustained(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                       const ports::clock& clock) {
  const market market;
  const auto prefix = run_prefix("sustained");
  auto log = open(bootstrap, prefix, clock);
  const std::uint64_t events = rate * seconds;
  std::atomic<std::uint64_t> sent{0};
  std::thread feed{[&] {
    plain_producer producer{bootstrap, prefix};
    const auto begun = steady::now() + std::chrono::seconds{3};
    for (std::uint64_t i = 0; i < events; ++i) {
      if (i % 100 == 0) std::this_thread::sleep_until(begun + std::chrono::nanoseconds{i * 1'000'000'000 / rate});  // allow: the pace
      const auto event = market.event(i);
      const envelope meta{"log:" + std::to_string(i), event.block_time, clock.now(), event.log.ref.key(), {}, {}};
      producer.send(event.log.ref.key(), codec::encode(meta, event));
      ++sent;
    }
  }};
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  pipeline_options options{2'000, events, true};
  options.limit = std::chrono::seconds{seconds + 300};
  options.interval = std::chrono::milliseconds{500};
  options.sample = [&](const pipeline_result& now) {
    const auto before = sent.load();
    const auto behind = before - std::min(before, now.validation.records_in);
    if (before < events / 4) early = std::max(early, behind);
    if (before > events * 3 / 4) late = std::max(late, behind);
  };
  const auto done = run_pipeline(log, market, options, clock);
  feed.join();
  print("sustained_events_per_s", rate);
  print("sustained_seconds", done.seconds);
  print("sustained_lag_early_max", early);
  print("sustained_lag_late_max", late);
}

void serve(const std::string& folder) {
  demo::kafka_options options;
  options.home = demo::default_kafka_home(HEDGEROW_SOURCE_DIR);
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
  const auto log = open(bootstrap, prefix, clock);
  append_backlog(*log, [&](std::uint64_t i) { return market.event(i); }, 2 * count);
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
  print("member_transaction_p50_ms", at(taken, 0.5));
  print("member_transaction_p99_ms", at(taken, 0.99));
  make_topic(bootstrap, prefix + "bare");
  const auto bare = time_single_transactions(bootstrap, prefix + "blockchain-events", prefix + "bare", count);
  print("transaction_p50_ms", bare.p50);
  print("transaction_p99_ms", bare.p99);
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
    measure_throughput(bootstrap, number(3, 200'000), number(4, 3), clock);
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
