// The topics of a cluster against the topics table, for people: `hedgerow topics`.
#pragma once

#include <string>
#include <vector>

#include "actors/ports/event_log.hpp"
#include "runtime/adapters/kafka/kafka_options.hpp"

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

/// Asks the cluster; all topics of the table, in its order.
[[nodiscard]] expected<std::vector<topic_finding>, ports::log_error> inspect_cluster(const kafka_options& options);
/// Makes missing topics and sets properties that differ, but for the number of partitions, which cannot change: symbols
/// would move between partitions.
[[nodiscard]] expected<void, ports::log_error> apply_to_cluster(const kafka_options& options,
                                                                const std::vector<topic_finding>& findings);
/// "onchain-trades: retention.ms is 604800000, not -1; ..."; empty when all is well.
[[nodiscard]] std::string describe_differences(const std::vector<topic_finding>& findings);
/// The number of partitions decides where a symbol lives, so it is never changed: what to do about another one than
/// wanted, with both values. Empty when all topics that exist have the wanted number.
[[nodiscard]] std::string explain_partitions(const std::vector<topic_finding>& findings);
/// Names missing topics and what to do about them, for a log that may not make them; empty when all are there.
[[nodiscard]] std::string explain_missing(const kafka_options& options, const std::vector<topic_finding>& findings);

}  // namespace hedgerow::adapters
