// Values that follow from settings without a key of their own. `hedgerow config show` prints them.
#pragma once

#include <string>

#include "config/settings.hpp"

namespace hedgerow::config {

/// Most records in one transaction: bridge.batch_max, or what suits the log when that is 0.
[[nodiscard]] std::uint32_t batch_max(const settings& s);

/// How long a desk waits for the market's session: a third of bridge.handle_timeout, since waiting is not hanging.
[[nodiscard]] milliseconds session_wait(const settings& s);

/// Pause between two order lists while an outcome is unknown: execution.evidence_lists of them fill
/// execution.evidence_spread. At least 100 ms.
[[nodiscard]] milliseconds list_interval(const settings& s);

/// How long a bridge that drains waits for effects under way: half of supervision.grace, so that the rest of the drain
/// fits into the other half.
[[nodiscard]] milliseconds drain_grace(const settings& s);

/// Of execution.calls_per_minute, what only placements may use (a quarter), what only they and evidence may (a sixth
/// more), and what only they, evidence and status may (another sixth).
[[nodiscard]] std::uint32_t calls_kept_for_placement(const settings& s);
[[nodiscard]] std::uint32_t calls_kept_for_evidence(const settings& s);
[[nodiscard]] std::uint32_t calls_kept_for_status(const settings& s);

/// All of them as comments in TOML, one a line, with what they follow from.
[[nodiscard]] std::string describe_derived(const settings& s);

}  // namespace hedgerow::config
