// The one list of brokers. What broker.kind can be, what `hedgerow config` asks for and says about it, the table in
// docs/configuration.md and the ports of a node follow from it.
#pragma once

#include <span>
#include <string_view>

#include "runtime/world/brokers/descriptor.hpp"

namespace hedgerow::brokers {

/// In the order of the documentation.
[[nodiscard]] std::span<const descriptor* const> registry();

/// The same without the code.
[[nodiscard]] const broker_list& all_brokers();

/// Null when there is no such kind.
[[nodiscard]] const descriptor* find(std::string_view kind);

}  // namespace hedgerow::brokers
