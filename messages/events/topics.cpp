#include "messages/events/topics.hpp"

#include <array>

#include "messages/types/check.hpp"

namespace hedgerow {
namespace {

using std::chrono::days;
using enum partition_rule;

// What a service acts on record by record, such as commands and a person's decisions, is neither compacted nor thrown
// away by age: a node that was down or behind must find every one of them. What is compacted has no age either, since
// the newest record of a key is all that is known of it: only token-updates say which account a login was for.
constexpr std::array<topic_spec, topic_count> table{{
    {topic::blockchain_events, "blockchain-events", "{tx_hash}:{log_index}:{sequence}", single, true, {}},
    {topic::onchain_trades, "onchain-trades", "{symbol}:{tx_hash}:{log_index}", by_symbol, false, {}},
    {topic::schwab_commands, "schwab-commands", "{symbol}:{execution_id}", by_symbol, false, {}},
    {topic::schwab_executions, "schwab-executions", "{execution_id}", by_symbol, false, {}},
    {topic::position_updates, "position-updates", "{symbol}", by_symbol, true, {}},
    {topic::pyth_prices, "pyth-prices", "{symbol}", by_symbol, false, days{30}},
    {topic::token_updates, "token-updates", "singleton", single, true, {}},
    {topic::dead_letters, "dead-letters", "{service}:{topic}:{partition}:{offset}", single, false, {}},
    {topic::control_events, "control-events", "{scope}", by_symbol, false, {}},
    {topic::ingestion_changelog, "ingestion-changelog", "checkpoint | {block_hash}:{log_index}", single, true, {}},
    {topic::validation_changelog,
     "validation-changelog",
     "{token} | checkpoint | trades:{block_number}:{block_hash}:{part}",
     single,
     true,
     {}},
    {topic::execution_changelog, "execution-changelog", "{symbol}", by_symbol, true, {}},
    {topic::poller_changelog, "poller-changelog", "{execution_id}", by_symbol, true, {}},
}};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].id != static_cast<topic>(i)) return false;
  return true;
}
static_assert(in_enum_order());

constexpr bool keeps_the_newest_of_a_key() {
  for (const auto& spec : table)
    if (spec.compacted && spec.retention) return false;
  return true;
}
static_assert(keeps_the_newest_of_a_key());

}  // namespace

std::span<const topic_spec> topics() { return table; }

const topic_spec& spec_of(topic id) {
  const auto index = static_cast<std::size_t>(id);
  HEDGEROW_CHECK(index < table.size(), "unknown topic");
  return table[index];
}

std::string_view to_string(topic id) { return spec_of(id).name; }

std::optional<topic> parse_topic(std::string_view name) {
  for (const auto& spec : table)
    if (spec.name == name) return spec.id;
  return std::nullopt;
}

std::uint32_t partition_of_symbol(std::string_view symbol, std::uint32_t count) {
  HEDGEROW_CHECK(count > 0, "a topic has at least one partition");
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : symbol) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<std::uint32_t>(hash % count);
}

}  // namespace hedgerow
