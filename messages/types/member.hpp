// What the nodes of a cluster know about a node. Plain facts, true for one run of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hedgerow {

/// One run of a node. Two records with the same name and incarnation speak of the same run.
struct member_record {
  std::string name;
  /// When this run began, in microseconds since 1970: a node that is started again is another incarnation.
  std::uint64_t incarnation = 0;
  /// Where the others reach it.
  std::string host;
  std::uint16_t port = 0;
  /// Versions of the program, such as 0.1.0, and of the protocol between nodes.
  std::string version;
  std::uint32_t protocol = 0;
  /// The actor sets that it runs, sorted; empty until the node has said so.
  std::vector<std::string> sets;
  std::uint16_t api_port = 0;
  std::uint16_t admin_port = 0;
  /// The node has said goodbye.
  bool left = false;

  [[nodiscard]] std::string address() const { return host + ":" + std::to_string(port); }
  friend bool operator==(const member_record&, const member_record&) = default;
};

/// One bridge of a node and what lives behind it.
struct hosted_service {
  std::string name;
  std::string state;
  /// The partitions that it owns, as text: `onchain-trades/0 onchain-trades/1`.
  std::string partitions;
  /// Live entities, and the names of the first of them.
  std::uint64_t entities = 0;
  std::vector<std::string> names;

  friend bool operator==(const hosted_service&, const hosted_service&) = default;
};

}  // namespace hedgerow
