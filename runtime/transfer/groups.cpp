#include "runtime/transfer/groups.hpp"

namespace hedgerow::transfer {

std::span<const consumer_group> consumer_groups() {
  using enum topic;
  static const std::vector<consumer_group> table{
      {"ingestion", {ingestion_changelog}},
      {"validation", {blockchain_events}},
      {"accumulator", {onchain_trades, schwab_executions, control_events}},
      {"execution", {schwab_commands, schwab_executions, control_events}},
      {"poller", {schwab_executions}},
      {"tokens", {token_updates}},
  };
  return table;
}

}  // namespace hedgerow::transfer
