// When actors that died are started again, and how long they may take to end. The supervisor, those who end with it,
// and the configuration see it here.
#pragma once

#include <chrono>
#include <cstdint>

namespace hedgerow {

struct supervision_policy {
  /// Wait before a restart: doubles from the first to the last.
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{10'000};
  /// A child that fails more often than this within the window ends the supervisor, or is parked. Restarts that a
  /// person asks for do not count.
  std::uint32_t budget = 10;
  std::chrono::milliseconds budget_window{60'000};
  /// How long one child may take to drain.
  std::chrono::milliseconds grace{10'000};

  /// How long a bridge that drains waits for effects under way: half of grace, so that the rest of the drain fits into
  /// the other half.
  [[nodiscard]] constexpr std::chrono::milliseconds drain_grace() const { return grace / 2; }
};

}  // namespace hedgerow
