// The one table of topics: names, keys, partition rule, retention. Everything that makes or checks topics reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hedgerow {

enum class topic : std::uint8_t {
  blockchain_events,
  onchain_trades,
  schwab_commands,
  schwab_executions,
  position_updates,
  pyth_prices,
  token_updates,
  dead_letters,
  control_events,
  ingestion_changelog,
  validation_changelog,
  execution_changelog,
  poller_changelog,
};
inline constexpr std::size_t topic_count = 13;

/// How a record finds its partition.
enum class partition_rule : std::uint8_t {
  single,     // the topic has one partition
  by_symbol,  // partition_of_symbol(); all such topics have the same count and are co-partitioned
};

struct topic_spec {
  topic id;
  std::string_view name;
  /// What the key is made of, for documentation and checks.
  std::string_view key;
  partition_rule partitions;
  /// Only the newest record of each key needs to be kept.
  bool compacted;
  /// nullopt: records are kept without limit.
  std::optional<std::chrono::days> retention;
};

/// In the order of the enum.
[[nodiscard]] std::span<const topic_spec> topics();
[[nodiscard]] const topic_spec& spec_of(topic id);
[[nodiscard]] std::string_view to_string(topic id);
[[nodiscard]] std::optional<topic> parse_topic(std::string_view name);

/// FNV-1a (64 bit) of the symbol modulo `count`: the one explicit partitioner of everything kept by symbol.
[[nodiscard]] std::uint32_t partition_of_symbol(std::string_view symbol, std::uint32_t count);

}  // namespace hedgerow
