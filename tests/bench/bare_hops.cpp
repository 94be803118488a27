#include "tests/bench/bare_hops.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/bench/pipeline_run.hpp"

namespace hedgerow::bench {
namespace {

using steady = std::chrono::steady_clock;
using properties = std::vector<std::pair<const char*, std::string>>;

void must(rd_kafka_error_t* error, const char* what) {
  if (error != nullptr) give_up(std::string{what} + ": " + rd_kafka_error_string(error));
}

rd_kafka_t* make_client(rd_kafka_type_t kind, const properties& wanted) {
  std::array<char, 256> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : wanted)
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason.data(), reason.size()) != RD_KAFKA_CONF_OK)
      give_up(reason.data());
  if (kind == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t*, void*) {});
  rd_kafka_t* client = rd_kafka_new(kind, conf, reason.data(), reason.size());
  if (client == nullptr) give_up(reason.data());
  return client;
}

/// A consumer in a group and a transactional producer, with the settings that are best for them alone.
class bare_loop {
 public:
  bare_loop(const std::string& bootstrap, const std::string& from, const std::string& to) {
    producer_ = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap},
                                                {"transactional.id", "bare." + from},
                                                {"linger.ms", "500"},
                                                {"batch.size", "1000000"},
                                                {"compression.type", "lz4"},
                                                {"batch.num.messages", "100000"},
                                                {"queue.buffering.max.messages", "1000000"},
                                                {"retry.backoff.ms", "1"}});
    must(rd_kafka_init_transactions(producer_, 30'000), "init");
    to_ = rd_kafka_topic_new(producer_, to.c_str(), nullptr);
    consumer_ = make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                                {"group.id", "bare." + from},
                                                {"auto.offset.reset", "earliest"},
                                                {"enable.auto.commit", "false"},
                                                {"isolation.level", "read_committed"},
                                                {"fetch.wait.max.ms", "100"},
                                                {"queued.max.messages.kbytes", "1048576"},
                                                {"queued.min.messages", "1000000"}});
    rd_kafka_poll_set_consumer(consumer_);
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, from.c_str(), RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(consumer_, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    queue_ = rd_kafka_queue_get_consumer(consumer_);
  }
  ~bare_loop() {
    rd_kafka_topic_destroy(to_);
    rd_kafka_queue_destroy(queue_);
    rd_kafka_consumer_close(consumer_);
    rd_kafka_destroy(consumer_);
    rd_kafka_destroy(producer_);
  }
  bare_loop(const bare_loop&) = delete;
  bare_loop& operator=(const bare_loop&) = delete;

  /// Takes exactly `count` records, or as many as come within `patience_ms` if that is not negative.
  std::vector<rd_kafka_message_t*> take(std::size_t count) {
    std::vector<rd_kafka_message_t*> batch(count);
    std::size_t got = 0;
    while (got < count) {
      const auto n = rd_kafka_consume_batch_queue(queue_, 100, batch.data() + got, count - got);
      if (n < 0) give_up("consume");
      for (ssize_t i = 0; i < n; ++i) {
        auto* m = batch[got + static_cast<std::size_t>(i)];
        if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_message_errstr(m));
      }
      got += static_cast<std::size_t>(n);
    }
    return batch;
  }

  /// One transaction: `outputs` records of `bytes`, and the offsets of the batch.
  void pass_on(const std::vector<rd_kafka_message_t*>& batch, std::size_t outputs, std::size_t bytes,
               bool offsets_first) {
    must(rd_kafka_begin_transaction(producer_), "begin");
    if (offsets_first) send_offsets(batch);
    for (std::size_t i = 0; i < outputs; ++i) {
      const auto* in = batch[i % batch.size()];
      if (rd_kafka_produce(to_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK, in->payload,
                           std::min(in->len, bytes), in->key, in->key_len, nullptr) != 0)
        give_up("produce");
    }
    if (!offsets_first) send_offsets(batch);
    must(rd_kafka_commit_transaction(producer_, 30'000), "commit");
    for (auto* m : batch) rd_kafka_message_destroy(m);
  }

 private:
  void send_offsets(const std::vector<rd_kafka_message_t*>& batch) {
    std::map<std::pair<std::string, int>, std::int64_t> next;
    for (const auto* m : batch) next[{rd_kafka_topic_name(m->rkt), m->partition}] = m->offset + 1;
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(static_cast<int>(next.size()));
    for (const auto& [where, offset] : next)
      rd_kafka_topic_partition_list_add(offsets, where.first.c_str(), where.second)->offset = offset;
    rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer_);
    must(rd_kafka_send_offsets_to_transaction(producer_, offsets, group, 30'000), "offsets");
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
  }

  rd_kafka_t* producer_ = nullptr;
  rd_kafka_t* consumer_ = nullptr;
  rd_kafka_topic_t* to_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

/// `part` of `whole`, number `index` of `parts`, so that all parts sum up.
std::uint64_t share(std::uint64_t whole, std::uint64_t parts, std::uint64_t index) {
  return whole * (index + 1) / parts - whole * index / parts;
}

}  // namespace

double move_through(const std::string& bootstrap, const hop& first, const hop& second) {
  bare_loop one{bootstrap, first.from, first.to};
  bare_loop two{bootstrap, second.from, second.to};
  std::atomic<std::int64_t> begun_ns{0};
  const auto run = [&](bare_loop& loop, const hop& h) {
    for (std::uint64_t t = 0; t < h.transactions; ++t) {
      const auto batch = loop.take(share(h.inputs, h.transactions, t));
      std::int64_t unset = 0;
      begun_ns.compare_exchange_strong(unset, steady::now().time_since_epoch().count());
      loop.pass_on(batch, share(h.outputs, h.transactions, t), h.value_bytes, true);
    }
  };
  std::thread other{[&] { run(two, second); }};
  run(one, first);
  other.join();
  return static_cast<double>(steady::now().time_since_epoch().count() - begun_ns) / 1e9;
}

transaction_times time_single_transactions(const std::string& bootstrap, const std::string& from,
                                           const std::string& to, std::size_t count) {
  bare_loop loop{bootstrap, from, to};
  std::vector<double> taken;
  for (std::size_t i = 0; i < count + count / 3; ++i) {
    const auto batch = loop.take(1);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});  // allow: the broker completes the last one
    const auto begun = steady::now();
    loop.pass_on(batch, 1, 400, false);
    if (i >= count / 3) taken.push_back(seconds_since(begun) * 1e3);
  }
  std::sort(taken.begin(), taken.end());
  return {taken[taken.size() / 2], taken[taken.size() * 99 / 100]};
}

void make_topic(const std::string& bootstrap, const std::string& name) {
  std::array<char, 256> reason{};
  rd_kafka_t* client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap}});
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), 4, -1, reason.data(), reason.size());
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  rd_kafka_CreateTopics(client, &topic, 1, nullptr, queue);
  rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 10'000));
  rd_kafka_NewTopic_destroy(topic);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_t* handle = rd_kafka_topic_new(client, name.c_str(), nullptr);
  wait_until([&] {
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client, 0, handle, &metadata, 10'000) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    int served = 0;
    for (int p = 0; p < metadata->topics[0].partition_cnt; ++p)
      if (metadata->topics[0].partitions[p].leader >= 0) ++served;
    rd_kafka_metadata_destroy(metadata);
    return served == 4;
  });
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
}

}  // namespace hedgerow::bench
