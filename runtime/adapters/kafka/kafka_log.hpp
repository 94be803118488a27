// The event log on Apache Kafka: several nodes, one history. A member is a consumer of a group and a transactional
// producer (KIP-447): the group decides who owns a partition, and the broker refuses a transaction of a member that
// has lost a partition that the transaction rests on.
#pragma once

#include <memory>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "runtime/adapters/kafka/kafka_options.hpp"

namespace hedgerow::adapters {

/// Connects, and makes or checks the topics; with `read_only` it makes none. Fails within `request_timeout` when no
/// broker answers, and when a topic is not what the topics table says. `clock` must outlive the log and its members.
[[nodiscard]] expected<std::shared_ptr<ports::event_log>, ports::log_error> open_kafka_log(kafka_options options,
                                                                                           const ports::clock& clock);

}  // namespace hedgerow::adapters
