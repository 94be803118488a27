// When a node counts as started.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "runtime/node/node.hpp"

namespace hedgerow::cli {

/// Waits until every service runs; for the API, its read model and the admin port only a third of `limit`, because the
/// node trades without them. Returns an empty text, or why it failed: the supervisor gave up, the time is over, or
/// `asked_to_stop`, which is polled, returned true.
[[nodiscard]] std::string wait_until_ready(
    node::node& running, const std::function<bool()>& asked_to_stop = [] { return false; },
    std::chrono::milliseconds limit = std::chrono::seconds{30});

}  // namespace hedgerow::cli
