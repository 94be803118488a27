// When a node counts as started.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "runtime/node/node.hpp"

namespace hedgerow::cli {

/// Waits until every service runs; for the API, its read model and the admin port only a third of `limit`, because the
/// node trades without them. Empty, or why it does not: the supervisor gave up, the time is over, or `asked_to_stop`,
/// which is asked again and again, says so.
[[nodiscard]] std::string wait_until_ready(node::node& running,
                                           const std::function<bool()>& asked_to_stop = [] { return false; },
                                           std::chrono::milliseconds limit = std::chrono::seconds{30});

}  // namespace hedgerow::cli
