// Stopping by signal: SIGINT and SIGTERM are blocked in every thread from the start and waited for in one place.
#pragma once

#include <chrono>
#include <optional>

namespace hedgerow::cli {

/// Call first in main, before any thread is started.
void block_stop_signals();

/// Waits for SIGINT, SIGTERM or wake_stop(), at most `limit`. The signal's number; 0 for wake_stop(); nothing when the
/// time is over.
[[nodiscard]] std::optional<int> wait_for_stop(std::chrono::milliseconds limit);

/// Makes wait_for_stop() return. From any thread.
void wake_stop();

}  // namespace hedgerow::cli
