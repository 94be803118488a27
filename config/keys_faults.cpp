// Keys of injected faults.
#include <limits>

#include "config/key_kinds.hpp"
#include "messages/faults/fault_plan.hpp"

namespace hedgerow::config::tables {
namespace {

refusal fault_rule(const std::string& text) {
  const auto rule = faults::parse_fault_rule(text);
  return rule ? refusal{} : refusal{rule.error()};
}

}  // namespace

std::vector<section_spec> fault_sections() {
  using namespace kinds;
  std::vector<section_spec> out;
  out.push_back(section<&settings::faults>(
      "faults", "Faults on demand, for trials: see [Faults](faults.md). Refused with a real broker.",
      {list<&fault_settings::plan>("plan", fault_rule,
                                   "POINT:fail, POINT:crash or POINT:kill, then @N or %P or nothing",
                                   "What goes wrong, and when.", true),
       integer<&fault_settings::seed>("seed", 0, std::numeric_limits<std::int64_t>::max(),
                                      "Decides about the passes of %P.")}));
  return out;
}

}  // namespace hedgerow::config::tables
