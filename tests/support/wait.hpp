// Waiting for a condition, never for a time.
#pragma once

#include <chrono>
#include <functional>

namespace hedgerow::test {

/// Polls `condition` until it holds; false when it does not within `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit = std::chrono::seconds{20});

}  // namespace hedgerow::test
