#include "config/derived.hpp"

#include <algorithm>

#include "config/duration.hpp"

namespace hedgerow::config {

std::uint32_t batch_max(const settings& s) {
  return s.bridge.batch_max != 0 ? s.bridge.batch_max : default_batch_max(s.log.kind);
}

milliseconds session_wait(const settings& s) { return s.bridge.handle_timeout / 3; }

milliseconds list_interval(const settings& s) {
  return std::max(milliseconds{100}, s.execution.evidence_spread / s.execution.evidence_lists);
}

milliseconds drain_grace(const settings& s) { return s.supervision.grace / 2; }

// In the order of the order protocol: placement, then evidence, then status.
std::uint32_t calls_kept_for_placement(const settings& s) { return s.execution.calls_per_minute / 4; }
std::uint32_t calls_kept_for_evidence(const settings& s) { return s.execution.calls_per_minute / 6; }
std::uint32_t calls_kept_for_status(const settings& s) { return s.execution.calls_per_minute / 6; }

std::string describe_derived(const settings& s) {
  std::string out = "# What follows from the above:\n";
  const auto line = [&](const std::string& what, const std::string& value, const std::string& from) {
    out += "# " + what + " = " + value + "  (" + from + ")\n";
  };
  line("records in one transaction, at most", std::to_string(batch_max(s)), "bridge.batch_max, log.kind");
  line("a desk waits for the market's session", format_duration(session_wait(s)), "bridge.handle_timeout / 3");
  line("pause between order lists of an unknown outcome", format_duration(list_interval(s)),
       "execution.evidence_spread / execution.evidence_lists");
  line("a drain waits for effects under way", format_duration(drain_grace(s)), "supervision.grace / 2");
  line("calls a minute kept for placements", std::to_string(calls_kept_for_placement(s)),
       "execution.calls_per_minute / 4");
  line("calls a minute kept for evidence", std::to_string(calls_kept_for_evidence(s)),
       "execution.calls_per_minute / 6");
  line("calls a minute kept for status", std::to_string(calls_kept_for_status(s)), "execution.calls_per_minute / 6");
  return out;
}

}  // namespace hedgerow::config
