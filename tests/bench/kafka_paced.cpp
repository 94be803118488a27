#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "messages/codec/codec.hpp"
#include "tests/bench/kafka_bench.hpp"
#include "tests/bench/pipeline_run.hpp"

namespace hedgerow::bench {
namespace {

using steady = std::chrono::steady_clock;

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
    const auto news = log_->on_append([this] {
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
    if (rd_kafka_produce(topic_, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), key.data(), key.size(), nullptr) !=
        0)
      give_up("produce");
    rd_kafka_poll(client_, 0);
  }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
};

/// One run; milliseconds, in no order.
std::vector<double> latencies(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds, bool fills,
                              const ports::clock& clock) {
  const market market;
  const auto prefix = run_prefix(fills ? "latency-with-fills" : "latency");
  auto log = open_kafka(bootstrap, prefix, clock);
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
    observer eyes{open_kafka(bootstrap, prefix, clock), topic::schwab_commands, [&](const record& r) {
                    const auto now = steady::now();
                    if (const auto command = codec::decode<schwab_command>(*r.value))
                      known.seen(command->meta.causation_id, now);
                  }};
    pipeline_options options{node_batch_max, events, fills, fills};
    options.interval = std::chrono::milliseconds{500};
    const auto done = run_pipeline(log, market, options, clock);
    std::fprintf(stderr, "bench: %llu transactions, those of the accumulator of %.1f ms\n",
                 static_cast<unsigned long long>(done.validation.transactions + done.accumulator.transactions +
                                                 done.broker.transactions),
                 static_cast<double>(done.accumulator.transaction_us) / 1e3);
  }
  feed.join();
  auto taken = known.taken();
  if (taken.empty()) give_up("no request was seen");
  return taken;
}

}  // namespace

void measure_latency(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                     const ports::clock& clock) {
  // As in a node: the request goes on to its fill, and that is booked; the same machine does two more hops.
  auto filled = latencies(bootstrap, rate, seconds, true, clock);
  print("record_to_request_with_fills_p50_ms", quantile(filled, 0.5));
  print("record_to_request_with_fills_p99_ms", quantile(filled, 0.99));
  // As in Kafka Streams' twin, which does no more: each whole share is asked for at once, and that is the end.
  auto taken = latencies(bootstrap, rate, seconds, false, clock);
  print("record_to_request_p50_ms", quantile(taken, 0.5));
  print("record_to_request_p99_ms", quantile(taken, 0.99));
  print("record_to_request_samples", std::uint64_t{taken.size()});
}

void measure_sustained(const std::string& bootstrap, std::uint64_t rate, std::uint64_t seconds,
                       const ports::clock& clock) {
  const market market;
  const auto prefix = run_prefix("sustained");
  auto log = open_kafka(bootstrap, prefix, clock);
  const std::uint64_t events = rate * seconds;
  std::atomic<std::uint64_t> sent{0};
  std::thread feed{[&] {
    plain_producer producer{bootstrap, prefix};
    const auto begun = steady::now() + std::chrono::seconds{3};
    for (std::uint64_t i = 0; i < events; ++i) {
      if (i % 100 == 0)
        std::this_thread::sleep_until(begun + std::chrono::nanoseconds{i * 1'000'000'000 / rate});  // allow: the pace
      const auto event = market.event(i);
      const envelope meta{"log:" + std::to_string(i), event.block_time, clock.now(), event.log.ref.key(), {}, {}};
      producer.send(event.log.ref.key(), codec::encode(meta, event));
      ++sent;
    }
  }};
  std::uint64_t early = 0;
  std::uint64_t late = 0;
  pipeline_options options{node_batch_max, events, true};
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

}  // namespace hedgerow::bench
