// How far a partition reaches.
#pragma once

#include "runtime/adapters/kafka/kafka_client.hpp"  // allow: rd_kafka_t and the types of answers

namespace hedgerow::adapters {

/// Offset after the last record, as a client of that isolation level sees it: committed (it counts the marks of
/// transactions), or written at all. Asks again while the partition has no leader, for `request_timeout` at most.
[[nodiscard]] expected<std::int64_t, ports::log_error> end_of_partition(rd_kafka_t* client,
                                                                        const kafka_options& options,
                                                                        topic_partition source);

}  // namespace hedgerow::adapters
