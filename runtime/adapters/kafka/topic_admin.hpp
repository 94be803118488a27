// Topics in the cluster against the topics table: what is missing, what differs, and making what is missing.
#pragma once

#include <string>
#include <vector>

#include "runtime/adapters/kafka/kafka_client.hpp"
#include "runtime/adapters/kafka/kafka_topics.hpp"

namespace hedgerow::adapters {

/// Properties that a topic must have in the cluster, by the names of Kafka; "partitions" is one of them.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> wanted_properties(const topic_spec& spec,
                                                                                 std::uint32_t symbol_partitions);

/// All topics of the table, in its order.
[[nodiscard]] expected<std::vector<topic_finding>, ports::log_error> inspect_topics(rd_kafka_t* client,
                                                                                    const kafka_options& options);
/// Makes those that do not exist; two nodes may do it at once.
[[nodiscard]] expected<void, ports::log_error> create_topics(rd_kafka_t* client, const kafka_options& options,
                                                             const std::vector<topic_finding>& findings);
/// The broker answers before it serves what it made: returns when every partition of every topic has a leader.
[[nodiscard]] expected<void, ports::log_error> wait_for_topics(rd_kafka_t* client, const kafka_options& options);
/// Sets properties other than partitions to what is wanted.
[[nodiscard]] expected<void, ports::log_error> correct_topics(rd_kafka_t* client, const kafka_options& options,
                                                              const std::vector<topic_finding>& findings);

}  // namespace hedgerow::adapters
