// How long adapters wait for those they connect to, and how much they take from them. The adapters and the
// configuration see it here.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace hedgerow {

/// Of an HTTP client.
struct http_policy {
  /// TLS included.
  std::chrono::milliseconds connect_timeout{5'000};
  /// From the first byte written to the last byte read.
  std::chrono::milliseconds request_timeout{15'000};
  std::uint32_t max_connections = 8;
  /// PEM file with additional trusted roots; empty for the system's.
  std::string ca_file;
};

/// Of a chain's node.
struct chain_policy {
  /// From handing a request over to its whole answer.
  std::chrono::milliseconds request_timeout{15'000};
  /// For each of: TCP connect, TLS handshake, WebSocket handshake.
  std::chrono::milliseconds connect_timeout{10'000};
  /// Waiting time before the next attempt: doubles from min to max, half of it random.
  std::chrono::milliseconds reconnect_min{500};
  std::chrono::milliseconds reconnect_max{60'000};
  /// The client asks for the block number after this time without a head.
  std::chrono::milliseconds stale_after{60'000};
  std::uint64_t max_frame_bytes = 64ULL * 1024 * 1024;
  /// PEM file with additional trusted roots; empty for the system's.
  std::string ca_file;
};

/// Of several endpoints of a chain.
struct quorum_policy {
  /// So many must say the same.
  std::uint32_t quorum = 1;
};

/// Of one of them.
struct endpoint_limits {
  /// Questions under way; more wait for their turn.
  std::uint32_t max_in_flight = 16;
};

/// Of a Kafka cluster.
struct kafka_policy {
  /// host:port[,host:port...]
  std::string bootstrap = "127.0.0.1:9092";
  /// In front of topics, consumer groups and transactional ids: several installations may share a cluster.
  std::string prefix;
  /// Makes missing topics when the log is opened.
  bool create_topics = true;
  /// For topics that are made. Zero: the broker's default.
  std::uint32_t replication_factor = 0;
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
};

}  // namespace hedgerow
