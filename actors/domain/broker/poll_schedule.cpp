#include "actors/domain/broker/poll_schedule.hpp"

#include <algorithm>
#include <limits>

#include "actors/domain/resilience/backoff.hpp"

namespace hedgerow::domain {
namespace {

std::uint32_t counted(std::uint32_t n) { return n == std::numeric_limits<std::uint32_t>::max() ? n : n + 1; }

}  // namespace

poll_step next_look(const poll_state& state, const poll_policy& policy, std::uint64_t random) {
  const poll_state after{counted(state.looks), 0};
  const milliseconds quick = backoff_ceiling(policy.first, policy.base, after.looks);
  if (quick > milliseconds{0} && quick < policy.base) return {after, quick};
  const milliseconds around = policy.base - policy.jitter + uniform_up_to(policy.jitter * 2, random);
  return {after, std::max(around, milliseconds{0})};
}

poll_state resumed_poll(const poll_policy& policy) {
  poll_state state;
  for (milliseconds d = policy.first; d.count() > 0 && d < policy.base; d *= 2) ++state.looks;
  return state;
}

poll_step look_failed(const poll_state& state, const poll_policy& policy, std::uint64_t random,
                      std::chrono::milliseconds retry_after) {
  const poll_state after{state.looks, counted(state.errors_in_a_row)};
  const milliseconds delay = backoff_delay(policy.error_base, policy.error_max, after.errors_in_a_row, random);
  return {after, std::max(delay, retry_after)};
}

}  // namespace hedgerow::domain
