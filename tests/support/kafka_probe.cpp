#include "tests/support/kafka_probe.hpp"

#include <array>

#include "messages/types/check.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

constexpr int limit_ms = 20'000;

template <auto Destroy>
struct destroys {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

using owned_event = std::unique_ptr<rd_kafka_event_t, destroys<rd_kafka_event_destroy>>;
using owned_message = std::unique_ptr<rd_kafka_message_t, destroys<rd_kafka_message_destroy>>;
using owned_new_topic = std::unique_ptr<rd_kafka_NewTopic_t, destroys<rd_kafka_NewTopic_destroy>>;
using owned_partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, destroys<rd_kafka_topic_partition_list_destroy>>;
using owned_queue = std::unique_ptr<rd_kafka_queue_t, destroys<rd_kafka_queue_destroy>>;
using owned_topic = std::unique_ptr<rd_kafka_topic_t, destroys<rd_kafka_topic_destroy>>;

struct delivery {
  bool done = false;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  std::int64_t offset = -1;
};

void delivered(rd_kafka_t* /*client*/, const rd_kafka_message_t* message, void* /*opaque*/) {
  *static_cast<delivery*>(message->_private) = {true, message->err, message->offset};
}

void set(rd_kafka_conf_t* conf, const char* key, const std::string& value) {
  std::array<char, 256> why{};
  HEDGEROW_CHECK(rd_kafka_conf_set(conf, key, value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK, why.data());
}

rd_kafka_t* connect(rd_kafka_type_t type, const std::string& bootstrap) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap);
  set(conf, "log_level", "0");
  set(conf, "reconnect.backoff.max.ms", "500");
  if (type == RD_KAFKA_PRODUCER) {
    set(conf, "message.timeout.ms", std::to_string(limit_ms));
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  } else {
    set(conf, "group.id", "probe");  // only because librdkafka asks for one
    set(conf, "enable.auto.commit", "false");
    set(conf, "auto.offset.reset", "error");
  }
  std::array<char, 256> why{};
  rd_kafka_t* client = rd_kafka_new(type, conf, why.data(), why.size());
  HEDGEROW_CHECK(client != nullptr, why.data());
  return client;
}

int partitions_with_leader(rd_kafka_t* client, const std::string& topic) {
  const owned_topic asked{rd_kafka_topic_new(client, topic.c_str(), nullptr)};
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client, 0, asked.get(), &metadata, limit_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  int count = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic& found = metadata->topics[i];
    for (int p = 0; p < found.partition_cnt; ++p) count += found.partitions[p].leader >= 0 ? 1 : 0;
  }
  rd_kafka_metadata_destroy(metadata);
  return count;
}

std::string name_of(rd_kafka_resp_err_t error) { return rd_kafka_err2name(error); }

}  // namespace

kafka_probe::kafka_probe(const std::string& bootstrap)
    : bootstrap_{bootstrap}, producer_{connect(RD_KAFKA_PRODUCER, bootstrap)} {}

expected<std::vector<std::string>, kafka_probe::error> kafka_probe::topics() {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto failed = rd_kafka_metadata(producer_.get(), 1, nullptr, &metadata, limit_ms);
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(name_of(failed));
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  rd_kafka_metadata_destroy(metadata);
  return names;
}

expected<void, kafka_probe::error> kafka_probe::create_topic(const std::string& name, int partitions) {
  std::array<char, 256> why{};
  const owned_new_topic wanted{rd_kafka_NewTopic_new(name.c_str(), partitions, 1, why.data(), why.size())};
  if (!wanted) return unexpected(std::string{why.data()});
  const owned_queue answers{rd_kafka_queue_new(producer_.get())};
  rd_kafka_NewTopic_t* list[] = {wanted.get()};
  rd_kafka_CreateTopics(producer_.get(), list, 1, nullptr, answers.get());
  const owned_event answer{rd_kafka_queue_poll(answers.get(), limit_ms)};
  if (!answer) return unexpected(std::string{"no answer"});
  if (const auto failed = rd_kafka_event_error(answer.get())) return unexpected(name_of(failed));
  std::size_t count = 0;
  const auto** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  if (count != 1) return unexpected(std::string{"an answer for another topic"});
  if (const auto failed = rd_kafka_topic_result_error(results[0])) return unexpected(name_of(failed));
  // The controller has answered; the broker learns it a moment later.
  const auto served = [&] { return partitions_with_leader(producer_.get(), name) == partitions; };
  if (!eventually(served)) return unexpected(std::string{"the topic was made, and is not served"});
  return {};
}

expected<std::int64_t, kafka_probe::error> kafka_probe::produce(const std::string& topic, std::int32_t partition,
                                                                const std::string& value) {
  delivery report;
  const owned_topic where{rd_kafka_topic_new(producer_.get(), topic.c_str(), nullptr)};
  const int refused = rd_kafka_produce(where.get(), partition, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                                       value.size(), nullptr, 0, &report);
  if (refused != 0) return unexpected(name_of(rd_kafka_last_error()));
  while (!report.done) rd_kafka_poll(producer_.get(), 100);  // ends: message.timeout.ms
  if (report.error != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(name_of(report.error));
  return report.offset;
}

expected<std::vector<std::string>, kafka_probe::error> kafka_probe::read(const std::string& topic,
                                                                         std::int32_t partition, std::int64_t offset,
                                                                         std::size_t count) {
  const std::unique_ptr<rd_kafka_t, closes> consumer{connect(RD_KAFKA_CONSUMER, bootstrap_)};
  rd_kafka_poll_set_consumer(consumer.get());
  const owned_partitions wanted{rd_kafka_topic_partition_list_new(1)};
  rd_kafka_topic_partition_list_add(wanted.get(), topic.c_str(), partition)->offset = offset;
  if (const auto failed = rd_kafka_assign(consumer.get(), wanted.get())) return unexpected(name_of(failed));
  std::vector<std::string> values;
  while (values.size() < count) {
    const owned_message message{rd_kafka_consumer_poll(consumer.get(), limit_ms)};
    if (!message) return unexpected("only " + std::to_string(values.size()) + " records came");
    // Not yet connected, or again: librdkafka goes on without help.
    if (message->err == RD_KAFKA_RESP_ERR__TRANSPORT || message->err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) continue;
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return unexpected(name_of(message->err));
    values.emplace_back(static_cast<const char*>(message->payload), message->len);
  }
  return values;
}

}  // namespace hedgerow::test
