// The consumer groups whose offsets belong to a history, with what each reads: those of the services in
// runtime/node/registry.cpp.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "messages/events/topics.hpp"

namespace hedgerow::transfer {

struct consumer_group {
  std::string_view name;
  std::vector<topic> inputs;
};

[[nodiscard]] std::span<const consumer_group> consumer_groups();

}  // namespace hedgerow::transfer
