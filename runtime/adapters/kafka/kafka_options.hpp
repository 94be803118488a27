// Options of the Kafka event log. Keys and their meaning for people: config/keys_kafka.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "actors/ports/metrics.hpp"
#include "messages/types/log_policy.hpp"

namespace hedgerow::adapters {

struct kafka_options {
  /// host:port[,host:port...]
  std::string bootstrap;
  /// In front of topics, consumer groups and transactional ids: several installations may share a cluster.
  std::string prefix;
  /// Partitions of every topic by symbol; fixed when the topics are made.
  std::uint32_t symbol_partitions = log_policy{}.symbol_partitions;
  /// For topics that are made. Zero: the broker's default.
  std::uint32_t replication_factor = 0;
  /// Makes missing topics when the log is opened.
  bool create_topics = true;
  /// For commands that only read: topics are not made, even with `create_topics`.
  bool read_only = false;
  /// Members keep their partitions over a restart that is shorter than the session; they do not give them up by
  /// leaving.
  bool static_membership = true;
  /// A member that is silent for this long loses its partitions. The broker bounds it: group.min.session.timeout.ms.
  std::chrono::milliseconds session_timeout{6'000};
  /// How long a member may take to give up its partitions when others join or leave.
  std::chrono::milliseconds rebalance_timeout{60'000};
  /// A transaction that is open for longer is aborted by the broker; also the deadline of each transactional call.
  std::chrono::milliseconds transaction_timeout{10'000};
  /// Deadline of everything else that waits for the broker.
  std::chrono::milliseconds request_timeout{10'000};
  /// How often members' clients report what they did; zero: never. Without `metrics` they do not.
  std::chrono::milliseconds statistics_interval{5'000};
  /// The registry in which members count; may be null.
  ports::metrics_ptr metrics;
  /// librdkafka's own properties, for security and for settings without a key of their own. Their values are secret.
  std::map<std::string, std::string> properties;
};

}  // namespace hedgerow::adapters
