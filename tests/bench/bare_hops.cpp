#include "tests/bench/bare_hops.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/bench/pipeline_run.hpp"

namespace hedgerow::bench {
namespace {

using steady = std::chrono::steady_clock;
using properties = std::vector<std::pair<const char*, std::string>>;
/// Partitions of every topic here.
constexpr int partitions = 4;

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

/// A consumer in a group.
class bare_consumer {
 public:
  bare_consumer(const std::string& bootstrap, const std::string& from, const std::string& group) {
    client_ = make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                              {"group.id", group},
                                              {"auto.offset.reset", "earliest"},
                                              {"enable.auto.commit", "false"},
                                              {"isolation.level", "read_committed"},
                                              {"fetch.wait.max.ms", "100"},
                                              {"queued.max.messages.kbytes", "1048576"},
                                              {"queued.min.messages", "1000000"}});
    rd_kafka_poll_set_consumer(client_);
    rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, from.c_str(), RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(client_, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    queue_ = rd_kafka_queue_get_consumer(client_);
  }
  ~bare_consumer() {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_consumer_close(client_);
    rd_kafka_destroy(client_);
  }
  bare_consumer(const bare_consumer&) = delete;
  bare_consumer& operator=(const bare_consumer&) = delete;

  using batch = std::vector<rd_kafka_message_t*>;

  /// Takes exactly `count` records.
  batch take(std::size_t count) {
    batch taken(count);
    std::size_t got = 0;
    while (got < count) {
      const auto n = rd_kafka_consume_batch_queue(queue_, 100, taken.data() + got, count - got);
      if (n < 0) give_up("consume");
      for (ssize_t i = 0; i < n; ++i) {
        auto* m = taken[got + static_cast<std::size_t>(i)];
        if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) give_up(rd_kafka_message_errstr(m));
      }
      got += static_cast<std::size_t>(n);
    }
    return taken;
  }

  void send_offsets(rd_kafka_t* producer, const batch& taken) const {
    std::map<std::pair<std::string, int>, std::int64_t> next;
    for (const auto* m : taken) next[{rd_kafka_topic_name(m->rkt), m->partition}] = m->offset + 1;
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(static_cast<int>(next.size()));
    for (const auto& [where, offset] : next)
      rd_kafka_topic_partition_list_add(offsets, where.first.c_str(), where.second)->offset = offset;
    rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(client_);
    must(rd_kafka_send_offsets_to_transaction(producer, offsets, group, 30'000), "offsets");
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
  }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

std::string_view text_of(const void* bytes, std::size_t size) { return {static_cast<const char*>(bytes), size}; }

void destroy(const bare_consumer::batch& taken) {
  for (auto* m : taken) rd_kafka_message_destroy(m);
}

/// A transactional producer for one topic; like the consumer with the settings that are best for it alone.
class bare_producer {
 public:
  bare_producer(const std::string& bootstrap, const std::string& name, const std::string& to) {
    client_ = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap},
                                              {"transactional.id", name},
                                              {"linger.ms", "500"},
                                              {"batch.size", "1000000"},
                                              {"compression.type", "lz4"},
                                              {"batch.num.messages", "100000"},
                                              {"queue.buffering.max.messages", "1000000"},
                                              {"retry.backoff.ms", "1"}});
    must(rd_kafka_init_transactions(client_, 30'000), "init");
    to_ = rd_kafka_topic_new(client_, to.c_str(), nullptr);
  }
  ~bare_producer() {
    rd_kafka_topic_destroy(to_);
    rd_kafka_destroy(client_);
  }
  bare_producer(const bare_producer&) = delete;
  bare_producer& operator=(const bare_producer&) = delete;

  [[nodiscard]] rd_kafka_t* client() const { return client_; }
  void begin() { must(rd_kafka_begin_transaction(client_), "begin"); }
  void write(std::string_view key, std::string_view value, std::int32_t partition) {
    // librdkafka copies both; its interface only lacks the const.
    if (rd_kafka_produce(to_, partition, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK,
                         const_cast<char*>(value.data()),  // NOLINT
                         value.size(), key.data(), key.size(), nullptr) != 0)
      give_up("produce");
  }
  void commit() { must(rd_kafka_commit_transaction(client_, 30'000), "commit"); }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_topic_t* to_ = nullptr;
};

/// `part` of `whole`, number `index` of `parts`, so that all parts sum up.
std::uint64_t share(std::uint64_t whole, std::uint64_t parts, std::uint64_t index) {
  return whole * (index + 1) / parts - whole * index / parts;
}

}  // namespace

namespace {

/// One hop with its clients.
class hop_loop {
 public:
  /// `h` must outlive it.
  hop_loop(const std::string& bootstrap, const hop& h, const std::string& name)
      : hop_{h}, in_{bootstrap, h.from, name + h.from}, out_{bootstrap, name + h.from, h.to} {}

  [[nodiscard]] bool done() const { return transactions_ == hop_.transactions; }

  void transaction() {
    const auto t = transactions_++;
    const auto batch = in_.take(share(hop_.inputs, hop_.transactions, t));
    if (t == 0) begun_ = steady::now();
    out_.begin();
    in_.send_offsets(out_.client(), batch);
    const auto outputs = share(hop_.outputs, hop_.transactions, t);
    for (std::uint64_t i = 0; i < outputs; ++i, ++written_) {
      const auto& r = hop_.written[written_ % hop_.written.size()];
      out_.write(r.key, *r.value, static_cast<std::int32_t>(r.from.partition));
    }
    out_.commit();
    destroy(batch);
  }
  /// When it had its first records.
  [[nodiscard]] steady::time_point begun() const { return begun_; }

 private:
  const hop& hop_;
  bare_consumer in_;
  bare_producer out_;
  std::uint64_t transactions_ = 0;
  std::uint64_t written_ = 0;
  steady::time_point begun_;
};

}  // namespace

double move_by_one_loop(const std::string& bootstrap, const hop& first, const hop& second) {
  hop_loop one{bootstrap, first, "one."};
  hop_loop two{bootstrap, second, "one."};
  std::uint64_t second_done = 0;
  for (std::uint64_t moved = 0; !two.done(); ++moved) {
    if (!one.done()) one.transaction();
    // One step behind, so that it need not wait for what has just been written.
    const auto ready = second.transactions * moved / first.transactions;
    for (; second_done < ready; ++second_done) two.transaction();
  }
  return seconds_since(one.begun());
}

double move_by_two_loops(const std::string& bootstrap, const hop& first, const hop& second) {
  hop_loop one{bootstrap, first, "two."};
  hop_loop two{bootstrap, second, "two."};
  std::thread other{[&] {
    while (!two.done()) two.transaction();
  }};
  while (!one.done()) one.transaction();
  other.join();
  return seconds_since(one.begun());
}

transaction_times time_transactions(const std::string& bootstrap, const std::string& from, const std::string& to,
                                    std::size_t count, const transaction_shape& shape) {
  constexpr std::size_t value_bytes = 400;
  const auto name = "bare." + to;
  bare_producer producer{bootstrap, name, to};
  std::vector<std::unique_ptr<bare_consumer>> groups;
  for (std::size_t i = 0; i < shape.groups; ++i)
    groups.push_back(std::make_unique<bare_consumer>(bootstrap, from, name + "." + std::to_string(i)));
  std::vector<double> taken;
  for (std::size_t i = 0; i < count + count / 3; ++i) {
    std::vector<bare_consumer::batch> batches;
    for (const auto& g : groups) batches.push_back(g->take(1));
    std::this_thread::sleep_for(std::chrono::milliseconds{2});  // allow: the broker completes the last one
    const auto begun = steady::now();
    producer.begin();
    const auto& first = *batches.front().front();
    for (std::size_t r = 0; r < shape.records; ++r)
      producer.write(text_of(first.key, first.key_len), text_of(first.payload, std::min(first.len, value_bytes)),
                     static_cast<std::int32_t>(r % shape.partitions));
    for (std::size_t g = 0; g < groups.size(); ++g) groups[g]->send_offsets(producer.client(), batches[g]);
    producer.commit();
    if (i >= count / 3) taken.push_back(seconds_since(begun) * 1e3);
    for (const auto& batch : batches) destroy(batch);
  }
  std::sort(taken.begin(), taken.end());
  return {taken[taken.size() / 2], taken[taken.size() * 99 / 100]};
}

void make_topic(const std::string& bootstrap, const std::string& name) {
  std::array<char, 256> reason{};
  rd_kafka_t* client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap}});
  rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), partitions, -1, reason.data(), reason.size());
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
    return served == partitions;
  });
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
}

}  // namespace hedgerow::bench
