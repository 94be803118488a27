#include "runtime/transfer/groups.hpp"

#include "runtime/node/registry.hpp"

namespace hedgerow::transfer {

std::span<const consumer_group> consumer_groups() {
  static const std::vector<consumer_group> table = [] {
    std::vector<consumer_group> out;
    for (const auto& s : node::all_services())
      if (!s.inputs.empty()) out.push_back({s.name, {s.inputs.begin(), s.inputs.end()}});
    return out;
  }();
  return table;
}

}  // namespace hedgerow::transfer
