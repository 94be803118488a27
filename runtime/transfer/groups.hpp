// The consumer groups whose offsets belong to a history, with what each reads. The one table of them outside the
// services; a test compares it with what the services say (tests/unit/transfer/groups_test).
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
