// Committed offsets of any group, asked from outside of it.
#pragma once

#include "runtime/adapters/kafka/kafka_client.hpp"  // allow: rd_kafka_t and the types of answers

namespace hedgerow::adapters {

/// Waits while a transaction that moves it is open. Nothing when the group has not committed an offset of this
/// partition.
[[nodiscard]] expected<std::optional<std::int64_t>, ports::log_error> committed_offset(rd_kafka_t* client,
                                                                                       const kafka_options& options,
                                                                                       const std::string& group,
                                                                                       topic_partition source);

/// See event_log::progress(): one request for each group, and one for the ends to each broker. Asks once.
[[nodiscard]] expected<std::vector<ports::group_progress>, ports::log_error> progress_of(
    rd_kafka_t* client, const kafka_options& options, const ports::input_groups& groups);

}  // namespace hedgerow::adapters
