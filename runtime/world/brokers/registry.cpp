#include "runtime/world/brokers/registry.hpp"

#include "runtime/world/brokers/schwab.hpp"

namespace hedgerow::brokers {

std::span<const descriptor* const> registry() {
  // One row each, so that a new one changes no other.
  // clang-format off
  static constexpr const descriptor* all[] = {
      &schwab_descriptor,
  };
  // clang-format on
  return all;
}

const broker_list& all_brokers() {
  static const broker_list all = [] {
    broker_list out;
    for (const auto* d : registry()) out.push_back(d->info);
    return out;
  }();
  return all;
}

const descriptor* find(std::string_view kind) {
  for (const auto* d : registry())
    if (d->info.kind == kind) return d;
  return nullptr;
}

}  // namespace hedgerow::brokers
