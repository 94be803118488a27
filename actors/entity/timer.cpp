#include "actors/entity/timer.hpp"

#include <algorithm>

namespace hedgerow::entity {

std::optional<timer::wake_up> timer::set(std::optional<timestamp> due, timestamp now) {
  if (!due || *due == timestamp{} || *due == set_for_) return std::nullopt;
  set_for_ = *due;
  const auto wait = std::clamp<microseconds>(*due - now, microseconds{0}, longest_sleep);
  // Rounded up, and a millisecond more, as CAF measures it by another clock: one that came a moment too early would
  // find nothing due, and be set again at once.
  return wake_up{std::chrono::ceil<std::chrono::milliseconds>(wait) + std::chrono::milliseconds{1}, ++round_};
}

bool timer::rings(std::uint64_t round) {
  if (round != round_ || set_for_ == timestamp{}) return false;
  set_for_ = {};
  return true;
}

}  // namespace hedgerow::entity
