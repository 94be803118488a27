// Exponential back-off: the pure arithmetic of it. Randomness and time come in from outside.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace hedgerow::domain {

using std::chrono::milliseconds;

/// The delay after the `attempt`th failure in a row (counted from 1): first, 2 first, 4 first, ... never above `max`
/// and never below zero. No jitter. Attempt 0 gives zero.
[[nodiscard]] constexpr milliseconds backoff_ceiling(milliseconds first, milliseconds max, std::uint32_t attempt) {
  if (attempt == 0 || first.count() <= 0 || max.count() <= 0) return milliseconds{0};
  milliseconds delay = std::min(first, max);
  for (std::uint32_t i = 1; i < attempt && delay < max; ++i) delay = delay > max / 2 ? max : delay * 2;
  return delay;
}

/// `random` (uniform over 64 bits) mapped to [0, span].
[[nodiscard]] constexpr milliseconds uniform_up_to(milliseconds span, std::uint64_t random) {
  if (span.count() <= 0) return milliseconds{0};
  return milliseconds{static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(span.count()) + 1))};
}

/// backoff_ceiling with "equal jitter": uniform in [ceiling / 2, ceiling], so that many callers that failed together do
/// not come back together.
[[nodiscard]] constexpr milliseconds backoff_delay(milliseconds first, milliseconds max, std::uint32_t attempt,
                                                   std::uint64_t random) {
  const milliseconds ceiling = backoff_ceiling(first, max, attempt);
  const milliseconds half = ceiling / 2;
  return half + uniform_up_to(ceiling - half, random);
}

}  // namespace hedgerow::domain
