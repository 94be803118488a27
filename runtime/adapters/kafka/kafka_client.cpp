#include "runtime/adapters/kafka/kafka_client.hpp"

#include <algorithm>
#include <array>

#include "runtime/adapters/kafka/connection_trouble.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

std::string text_of(std::chrono::milliseconds span) { return std::to_string(span.count()); }

/// Largest message that any topic takes; topic_admin.cpp tells the broker the same. It leaves room for what Kafka adds
/// to a record, and more.
constexpr const char* largest_message = "33554432";
static_assert(ports::largest_record <= 33'554'432 / 8);

client_properties common(const kafka_options& options) {
  return {{"bootstrap.servers", options.bootstrap},
          {"client.id", "hedgerow"},
          {"topic.metadata.propagation.max.ms", "1000"},
          {"topic.metadata.refresh.fast.interval.ms", "50"},
          {"reconnect.backoff.ms", "20"},
          {"reconnect.backoff.max.ms", "1000"},
          // Figures that an operator of the broker may ask clients for. With them every client's end waits a second for
          // a last report, as librdkafka misses the news that there is none; the same figures are at /metrics.
          {"enable.metrics.push", "false"},
          {"log_level", "0"},
          {"log.connection.close", "false"}};
}

}  // namespace

expected<kafka_handle, log_error> make_kafka_client(rd_kafka_type_t kind, const kafka_options& options,
                                                    const client_properties& own, client_callbacks callbacks) {
  std::array<char, 512> reason{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  auto all = common(options);
  all.insert(all.end(), own.begin(), own.end());
  if (callbacks.statistics != nullptr && options.metrics)
    all.emplace_back("statistics.interval.ms", text_of(options.statistics_interval));
  all.insert(all.end(), options.properties.begin(), options.properties.end());
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) == RD_KAFKA_CONF_OK)
      continue;
    rd_kafka_conf_destroy(conf);
    // librdkafka's reason may show the value, which may be a password.
    const auto what = "librdkafka does not accept the property " + name + keys_named_in(name);
    return unexpected(log_error{log_errc::io, what});
  }
  // librdkafka writes its own lines to stderr, past our log and its format; fatal errors even at level 0. Nothing is
  // lost: the calls and `error` report all of them. `debug` or `log_level` in [kafka_properties] turn the lines on.
  if (!options.properties.contains("debug") && !options.properties.contains("log_level"))
    rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_opaque(conf, callbacks.context);
  if (callbacks.rebalance != nullptr) rd_kafka_conf_set_rebalance_cb(conf, callbacks.rebalance);
  if (callbacks.statistics != nullptr) rd_kafka_conf_set_stats_cb(conf, callbacks.statistics);
  if (callbacks.error != nullptr) rd_kafka_conf_set_error_cb(conf, callbacks.error);
  if (callbacks.certificate != nullptr) rd_kafka_conf_set_ssl_cert_verify_cb(conf, callbacks.certificate);
  // Without a delivery report callback the flush inside a commit notices the last acknowledgement 10 ms late.
  if (kind == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t*, void*) {});
  rd_kafka_t* client = rd_kafka_new(kind, conf, reason.data(), reason.size());
  if (client == nullptr) {
    rd_kafka_conf_destroy(conf);
    const std::string why{reason.data()};
    return unexpected(log_error{log_errc::io, "cannot make a Kafka client: " + why + keys_named_in(why)});
  }
  return kafka_handle{client};
}

client_properties producer_properties(const kafka_options& options, const std::string& transactional_id) {
  return {{"transactional.id", transactional_id},
          {"transaction.timeout.ms", text_of(options.transaction_timeout)},
          {"message.max.bytes", largest_message},
          // The flush inside the commit sends all waiting records at once, one request per partition. With less linger
          // or smaller batches a second request of a partition waits for the first one's answer, and until then
          // librdkafka polls every partition without a pause: measured, a whole core.
          {"linger.ms", "500"},
          {"batch.size", "1000000"},
          // Records are JSON, which lz4 compresses to a fifth: less to copy for clients and broker.
          {"compression.type", "lz4"},
          {"batch.num.messages", "100000"},
          {"queue.buffering.max.messages", "2000000"},
          {"queue.buffering.max.kbytes", "1048576"},
          // A transaction that follows closely is refused while the broker still completes the last one, and librdkafka
          // waits this long before it tries again, and twice as long each further time; its default of 100 ms would be
          // the price of every transaction.
          {"retry.backoff.ms", "1"},
          {"retry.backoff.max.ms", "100"},
          // With several on their way, when the broker refuses a partition's first for the moment and accepts its
          // second, librdkafka takes both for written: a record of a committed transaction would be missing. See
          // kafka_refused_batch_test.cpp.
          {"max.in.flight", "1"}};
}

client_properties member_properties(const kafka_options& options, const std::string& group,
                                    const std::string& instance) {
  client_properties all{{"group.id", group},
                        {"auto.offset.reset", "earliest"},
                        {"enable.auto.commit", "false"},
                        {"enable.auto.offset.store", "false"},
                        {"isolation.level", "read_committed"},
                        // Co-partitioned inputs: the same partition number of all topics has the same owner.
                        {"partition.assignment.strategy", "range"},
                        {"session.timeout.ms", text_of(options.session_timeout)},
                        {"heartbeat.interval.ms", text_of(std::min<std::chrono::milliseconds>(
                                                      options.session_timeout / 6, std::chrono::milliseconds{500}))},
                        {"max.poll.interval.ms", text_of(std::max(options.rebalance_timeout, options.session_timeout))},
                        {"fetch.wait.max.ms", "100"},
                        {"fetch.error.backoff.ms", "20"},
                        {"fetch.message.max.bytes", "4194304"},
                        // A full local queue makes librdkafka pause fetching for a second.
                        {"queued.min.messages", "100000"},
                        {"queued.max.messages.kbytes", "262144"}};
  if (options.static_membership) all.emplace_back("group.instance.id", instance);
  return all;
}

client_properties reader_properties(const kafka_options& options, bool committed) {
  // No client joins this group. It is set because librdkafka 2.8.0 crashes in a client without a group when a request
  // for the offsets of any group fails (rd_kafka_handle_OffsetFetch).
  return {{"group.id", options.prefix + "reader"},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", "true"},
          {"isolation.level", committed ? "read_committed" : "read_uncommitted"},
          {"auto.offset.reset", "earliest"},
          {"fetch.wait.max.ms", "50"},
          {"fetch.error.backoff.ms", "20"},
          {"fetch.message.max.bytes", "4194304"},
          {"queued.min.messages", "100000"},
          {"queued.max.messages.kbytes", "65536"}};
}

std::string missing_access(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return "; grant Read, Write, DescribeConfigs and Create on topics that begin with kafka.prefix";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: return "; grant Read on groups that begin with kafka.prefix";
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return "; grant Write on transactional ids that begin with kafka.prefix";
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return "; the cluster does not let this user in (docs/kafka.md, access)";
    default: return {};
  }
}

std::string describe(const std::string& what, rd_kafka_resp_err_t code) {
  return what + ": " + rd_kafka_err2str(code) + missing_access(code);
}

bool passes_by_itself(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__TRANSPORT: return true;
    default: return false;
  }
}

std::string topic_name(const kafka_options& options, topic t) { return options.prefix + std::string{to_string(t)}; }

std::optional<topic> topic_of(const kafka_options& options, std::string_view name) {
  if (!name.starts_with(options.prefix)) return std::nullopt;
  return parse_topic(name.substr(options.prefix.size()));
}

int call_timeout(std::chrono::milliseconds span) { return static_cast<int>(span.count()); }

}  // namespace hedgerow::adapters
