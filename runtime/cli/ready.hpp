// When a node counts as started.
#pragma once

#include <string>

#include "runtime/node/node.hpp"

namespace hedgerow::cli {

/// Waits until every service runs. Empty, or why it does not: the supervisor gave up, or the time is over.
[[nodiscard]] std::string wait_until_ready(node::node& running,
                                           std::chrono::milliseconds limit = std::chrono::seconds{30});

}  // namespace hedgerow::cli
