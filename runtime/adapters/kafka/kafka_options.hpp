// Options of the Kafka event log. Keys and their meaning for people: config/keys_kafka.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "actors/ports/metrics.hpp"
#include "messages/types/connection_policy.hpp"
#include "messages/types/log_policy.hpp"

namespace hedgerow::adapters {

/// The policy is the setting.
struct kafka_options : kafka_policy {
  /// Partitions of every topic by symbol; fixed when the topics are made.
  std::uint32_t symbol_partitions = log_policy{}.symbol_partitions;
  /// For commands that only read: topics are not made, even with `create_topics`.
  bool read_only = false;
  /// The registry in which members count; may be null.
  ports::metrics_ptr metrics;
  /// librdkafka's own properties, for security and for settings without a key of their own. Their values are secret.
  std::map<std::string, std::string> properties;
};

}  // namespace hedgerow::adapters
