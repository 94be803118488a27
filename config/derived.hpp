// Values that follow from settings without a key of their own. `hedgerow config show` prints them, and those that
// policies derive themselves: desk_policy::list_interval, budget_of, bridge_policy::longest_wait, ...
#pragma once

#include <string>

#include "config/settings.hpp"

namespace hedgerow::config {

/// Most records in one transaction: bridge.batch_max, or what suits the log when that is 0.
[[nodiscard]] std::uint32_t batch_max(const settings& s);

/// All of them as comments in TOML, one a line, with what they follow from.
[[nodiscard]] std::string describe_derived(const settings& s);

}  // namespace hedgerow::config
