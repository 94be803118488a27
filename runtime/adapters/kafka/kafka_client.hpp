// Ownership and configuration of librdkafka's handles; the only place that spells client properties.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <vector>

#include "actors/ports/event_log.hpp"
#include "runtime/adapters/kafka/kafka_options.hpp"

namespace hedgerow::adapters {

// Older versions cannot log in by SCRAM at Kafka 4. This also fails when an old header of the system is found first.
static_assert(RD_KAFKA_VERSION >= 0x020601ff, "librdkafka is older than 2.6.1: make setup");

template <auto Destroy>
struct destroy_with {
  template <class T>
  void operator()(T* handle) const {
    Destroy(handle);
  }
};

using kafka_handle = std::unique_ptr<rd_kafka_t, destroy_with<rd_kafka_destroy>>;
using kafka_topic = std::unique_ptr<rd_kafka_topic_t, destroy_with<rd_kafka_topic_destroy>>;
using kafka_queue = std::unique_ptr<rd_kafka_queue_t, destroy_with<rd_kafka_queue_destroy>>;
using kafka_partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, destroy_with<rd_kafka_topic_partition_list_destroy>>;
using kafka_group_metadata =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, destroy_with<rd_kafka_consumer_group_metadata_destroy>>;
using kafka_error = std::unique_ptr<rd_kafka_error_t, destroy_with<rd_kafka_error_destroy>>;

/// Property and value; later ones win.
using client_properties = std::vector<std::pair<std::string, std::string>>;

/// The callbacks of a client; each is given `context`, which outlives the client.
struct client_callbacks {
  void* context = nullptr;
  /// By the thread that consumes, when the group gives or takes partitions.
  void (*rebalance)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) = nullptr;
  /// By the thread that consumes or polls: what the client did, as JSON, every `statistics_interval`; never without
  /// metrics.
  int (*statistics)(rd_kafka_t*, char* json, std::size_t size, void*) = nullptr;
  /// By the thread that polls, flushes or commits: a connection failed.
  void (*error)(rd_kafka_t*, int code, const char* reason, void*) = nullptr;
  /// By any thread, for each certificate of a broker's chain; returns 1 to accept.
  int (*certificate)(rd_kafka_t*, const char* broker, std::int32_t id, int* fault, int depth, const char* der,
                     std::size_t size, char* reason, std::size_t reason_size, void*) = nullptr;
};

/// A client with the options' cluster, security and extra properties. The error never shows a value.
[[nodiscard]] expected<kafka_handle, ports::log_error> make_kafka_client(rd_kafka_type_t kind,
                                                                         const kafka_options& options,
                                                                         const client_properties& own,
                                                                         client_callbacks callbacks = {});

/// Transactional producer of one instance of a service.
[[nodiscard]] client_properties producer_properties(const kafka_options& options, const std::string& transactional_id);
/// Member of a consumer group.
[[nodiscard]] client_properties member_properties(const kafka_options& options, const std::string& group,
                                                  const std::string& instance);
/// Reads partitions by offset, outside of any group. `committed` hides aborted and open transactions.
[[nodiscard]] client_properties reader_properties(const kafka_options& options, bool committed);

/// What has to be granted, as the rest of a sentence, when the broker's ACLs are the reason; else nothing.
[[nodiscard]] std::string missing_access(rd_kafka_resp_err_t code);

/// "Broker: Not leader for partition" and the like, with what was being done and what has to be granted for it.
[[nodiscard]] std::string describe(const std::string& what, rd_kafka_resp_err_t code);

/// A broker that starts, a topic that was just made, a group that moved to another broker: worth asking again.
[[nodiscard]] bool passes_by_itself(rd_kafka_resp_err_t code);

/// Names in the cluster.
[[nodiscard]] std::string topic_name(const kafka_options& options, topic t);
[[nodiscard]] std::optional<topic> topic_of(const kafka_options& options, std::string_view name);

/// Milliseconds as librdkafka's calls want them.
[[nodiscard]] int call_timeout(std::chrono::milliseconds span);

}  // namespace hedgerow::adapters
