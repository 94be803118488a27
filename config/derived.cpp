#include "config/derived.hpp"

#include "actors/domain/broker/call_budget.hpp"
#include "config/duration.hpp"

namespace hedgerow::config {

std::uint32_t batch_max(const settings& s) {
  return s.bridge.batch_max != 0 ? s.bridge.batch_max : default_batch_max(s.log.kind);
}

std::string describe_derived(const settings& s) {
  std::string out = "# What follows from the above:\n";
  const auto line = [&](const std::string& what, const std::string& value, const std::string& from) {
    out += "# " + what + " = " + value + "  (" + from + ")\n";
  };
  line("records in one transaction, at most", std::to_string(batch_max(s)), "bridge.batch_max, log.kind");
  line("blocks whose trades can be taken back", std::to_string(s.chain.reading.remembered_blocks()),
       "8 * chain.reorg_window_blocks");
  line("a desk waits for the market's session", format_duration(s.bridge.policy.longest_wait()),
       "bridge.handle_timeout / 3");
  line("a bridge waits for one bridge after it", format_duration(s.bridge.policy.hand_over_timeout(1)),
       "2 * (1 + bridge.max_attempts) * bridge.handle_timeout + 1m");
  line("pause between order lists of an unknown outcome", format_duration(s.execution.rules.list_interval()),
       "execution.evidence_spread / execution.evidence_lists");
  line("a drain waits for effects under way", format_duration(s.supervision.drain_grace()), "supervision.grace / 2");
  const auto budget = domain::budget_of(s.execution.limits);
  line("calls a minute kept for placements", std::to_string(budget.kept_for_placement),
       "execution.calls_per_minute / 4");
  line("calls a minute kept for evidence", std::to_string(budget.kept_for_evidence), "execution.calls_per_minute / 6");
  line("calls a minute kept for status", std::to_string(budget.kept_for_status), "execution.calls_per_minute / 6");
  return out;
}

}  // namespace hedgerow::config
