// The one list of services. Names on the command line and in the configuration, shell completion, consumer groups, lag,
// what a node must be given, the table in docs/configuration.md and the lists of the tests follow from it.
#pragma once

#include <span>

#include "actors/services/descriptor.hpp"

namespace hedgerow::node {

/// In the direction of the data, which is the order in which services start and drain.
[[nodiscard]] std::span<const services::descriptor* const> registry();

/// The same without the code.
[[nodiscard]] const service_list& all_services();

}  // namespace hedgerow::node
