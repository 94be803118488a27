// Topics in the cluster against the topics table: what is missing, what differs, and making what is missing.
#pragma once

#include <string>
#include <vector>

#include "runtime/adapters/kafka/kafka_client.hpp"

namespace hedgerow::adapters {

/// One property of a topic that is not as wanted.
struct topic_difference {
  std::string property;
  std::string wanted;
  std::string found;
};

struct topic_finding {
  topic id{};
  std::string name;
  bool exists = false;
  /// Empty for a topic that is as it should be, or that does not exist.
  std::vector<topic_difference> differences;
};

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
/// "onchain-trades: retention.ms is 604800000, not -1; ..."; empty when all is well.
[[nodiscard]] std::string describe_differences(const std::vector<topic_finding>& findings);

}  // namespace hedgerow::adapters
