#include "actors/domain/chain/endpoint_health.hpp"

#include <algorithm>

#include "actors/domain/resilience/backoff.hpp"

namespace hedgerow::domain {
namespace {

/// Weight of the newest answer: one of so many.
constexpr std::uint32_t memory = 16;

}  // namespace

void endpoint_health::judge(monotonic_time now, bool good) {
  score_ = (score(now) * (memory - 1) + (good ? 1000 : 0) + memory / 2) / memory;
  judged_at_ = now;
}

std::uint32_t endpoint_health::score(monotonic_time now) const {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - judged_at_);
  if (passed >= policy_.recovery) return 1000;
  return score_ + static_cast<std::uint32_t>((1000 - score_) * passed.count() / policy_.recovery.count());
}

void endpoint_health::answered(monotonic_time now, std::chrono::nanoseconds took) {
  judge(now, true);
  latency_ = latency_.count() == 0 ? took : (latency_ * (memory - 1) + took) / memory;
  failures_ = pauses_ = 0;
  avoided_until_.reset();
}

std::chrono::milliseconds endpoint_health::pause(std::uint64_t random) {
  return backoff_delay(policy_.first_pause, policy_.longest_pause, ++pauses_, random);
}

void endpoint_health::failed(monotonic_time now, std::uint64_t random) {
  judge(now, false);
  if (++failures_ < policy_.failures_in_a_row) return;
  // Several questions that were under way fail together: one pause is enough for them.
  if (!avoided_until_ || now >= *avoided_until_) avoided_until_ = now + pause(random);
}

void endpoint_health::throttled(monotonic_time now, std::optional<std::chrono::milliseconds> wish,
                                std::uint64_t random) {
  judge(now, false);
  auto end = throttled_until_.value_or(now);
  if (end <= now) end = now + pause(random);
  if (wish) end = std::max(end, now + std::min(*wish, policy_.longest_wish));
  throttled_until_ = end;
}

bool endpoint_health::contradicted(monotonic_time now, std::uint64_t random) {
  if (aside_until_ && now < *aside_until_) return false;
  if (asides_ > 0 && now >= *aside_until_ + policy_.dissent_window) asides_ = 0;
  std::erase_if(dissents_, [&](auto at) { return at + policy_.dissent_window <= now; });
  if (!dissents_.empty() && now < dissents_.back() + policy_.one_cause) return false;
  dissents_.push_back(now);
  judge(now, false);
  // When it is tried again, one more is enough.
  if (asides_ == 0 && dissents_.size() < policy_.dissents) return false;
  dissents_.clear();
  aside_until_ = now + backoff_delay(policy_.first_aside, policy_.longest_aside, ++asides_, random);
  return true;
}

endpoint_health::standing endpoint_health::at(monotonic_time now) const {
  if (aside_until_ && now < *aside_until_) return standing::set_aside;
  if (throttled_until_ && now < *throttled_until_) return standing::throttled;
  if (avoided_until_ && now < *avoided_until_) return standing::avoided;
  return standing::asked;
}

std::optional<monotonic_time> endpoint_health::asked_again_at(monotonic_time now) const {
  std::optional<monotonic_time> latest;
  for (const auto& end : {avoided_until_, throttled_until_, aside_until_})
    if (end && now < *end) latest = latest ? std::max(*latest, *end) : *end;
  return latest;
}

}  // namespace hedgerow::domain
