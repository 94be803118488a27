#include "actors/domain/chain/range_retry.hpp"

#include <algorithm>

#include "actors/domain/resilience/backoff.hpp"

namespace hedgerow::domain {
namespace {

/// A failure that comes once says nothing about the width.
constexpr std::uint32_t suspicious_from = 2;
/// A rate limit has passed by then, as the pauses double.
constexpr std::uint32_t limits_from = 6;

}  // namespace

retry_decision after_range_failure(const range_retry& before, range_failure what, std::uint64_t blocks,
                                   std::optional<milliseconds> wish, const retry_policy& policy, std::uint64_t random) {
  retry_decision out{before, false, milliseconds{0}};
  bool too_wide = what == range_failure::too_wide;
  if (what == range_failure::other) too_wide = ++out.state.suspicious >= suspicious_from;
  if (what == range_failure::limited) too_wide = ++out.state.limits >= limits_from;
  out.narrow = too_wide && blocks > 1;
  out.state.pauses = out.narrow ? 0 : out.state.pauses + 1;
  out.pause = backoff_delay(policy.first, policy.longest, std::max(out.state.pauses, 1U), random);
  if (wish) out.pause = std::max(out.pause, std::min(*wish, policy.longest_wish));
  return out;
}

}  // namespace hedgerow::domain
