#include "actors/domain/broker/call_budget.hpp"

#include <algorithm>

#include "messages/types/check.hpp"

namespace hedgerow::domain {

std::string_view to_string(call_class c) {
  switch (c) {
    case call_class::placement: return "placement";
    case call_class::evidence: return "evidence";
    case call_class::status: return "status";
    case call_class::rest: return "rest";
  }
  return "unknown";
}

void call_pace::set(std::uint32_t calls, std::uint32_t burst, std::chrono::milliseconds window) {
  burst_ = std::max(burst, 1U);
  interval_ = monotonic_time{window} / std::max(calls, 1U);
}

void call_pace::take(monotonic_time now) { paid_ = std::max(paid_, now) + interval_; }

monotonic_time call_pace::next(monotonic_time now) const {
  return paid_ <= now ? now : std::max(now, paid_ - interval_ * (burst_ - 1));
}

std::uint32_t call_pace::free(monotonic_time now) const {
  const auto owed = (std::max(paid_, now) - now + interval_ - monotonic_time{1}) / interval_;
  return owed >= burst_ ? 0 : burst_ - static_cast<std::uint32_t>(owed);
}

call_budget::call_budget(budget_policy policy) { change(policy); }

void call_budget::change(budget_policy policy) {
  policy_ = policy;
  HEDGEROW_CHECK(policy.calls_per_minute > 0, "a budget needs calls");
  std::uint32_t spare = policy_.calls_per_minute - 1;
  for (std::uint32_t* kept : {&policy_.kept_for_placement, &policy_.kept_for_evidence, &policy_.kept_for_status}) {
    *kept = std::min(*kept, spare);
    spare -= *kept;
  }
  // A burst and the calls at the pace after it are a window's calls. An eighth of all is left for placements and
  // evidence that come at once and are paid for later.
  const auto eighth = policy_.calls_per_minute / 8;
  all_.set(policy_.calls_per_minute - 2 * eighth, eighth, policy_.window);
  const auto looks = limit(call_class::status);
  looks_.set(looks - looks / 4, looks / 4, policy_.window);
}

std::uint32_t call_budget::limit(call_class c) const { return room(c, {}); }

std::uint32_t call_budget::room(call_class c, const counts& used) const {
  const counts kept{policy_.kept_for_placement, policy_.kept_for_evidence, policy_.kept_for_status, 0};
  std::uint32_t taken = 0;
  for (std::size_t i = 0; i < call_classes; ++i)
    taken += i < static_cast<std::size_t>(c) ? std::max(used[i], kept[i]) : used[i];
  return policy_.calls_per_minute - std::min(taken, policy_.calls_per_minute);
}

/// A clock that goes back must not let more calls into a window.
monotonic_time call_budget::never_back(monotonic_time now) const {
  return taken_.empty() ? now : std::max(now, taken_.back().first);
}

std::pair<call_budget::counts, std::size_t> call_budget::in_window(monotonic_time now) const {
  const monotonic_time start = never_back(now) - policy_.window;
  auto used = count_;
  std::size_t first = 0;
  for (; first < taken_.size() && taken_[first].first <= start; ++first)
    --used[static_cast<std::size_t>(taken_[first].second)];
  return {used, first};
}

std::uint32_t call_budget::used(monotonic_time now) const {
  return static_cast<std::uint32_t>(taken_.size() - in_window(now).second);
}

/// A call waits for the pace for at most half a window, so that a steady flow of other calls cannot starve it.
monotonic_time call_budget::in_pace(monotonic_time now) const {
  const auto due = std::max(all_.next(now), looks_.next(now));
  return last_look_ == monotonic_time::min() ? due : std::max(now, std::min(due, last_look_ + policy_.window / 2));
}

monotonic_time call_budget::next_allowed(call_class c, monotonic_time now) const {
  monotonic_time earliest = std::max(never_back(now), blocked_until_);
  if (c >= call_class::status) earliest = std::max(earliest, in_pace(earliest));
  auto [used, next] = in_window(earliest);
  for (; room(c, used) == 0; ++next) {
    earliest = taken_[next].first + policy_.window;
    --used[static_cast<std::size_t>(taken_[next].second)];
  }
  return earliest;
}

std::uint32_t call_budget::free(call_class c, monotonic_time now) const {
  now = never_back(now);
  if (next_allowed(c, now) > now) return 0;
  const auto left = room(c, in_window(now).first);
  // At least the one that is allowed although it is out of pace.
  return c < call_class::status ? left : std::clamp(std::min(all_.free(now), looks_.free(now)), 1U, left);
}

bool call_budget::try_take(call_class c, monotonic_time now) {
  now = never_back(now);
  if (next_allowed(c, now) > now) return false;
  for (; !taken_.empty() && taken_.front().first + policy_.window <= now; taken_.pop_front())
    --count_[static_cast<std::size_t>(taken_.front().second)];
  count(c, now);
  return true;
}

void call_budget::count(call_class c, monotonic_time at) {
  taken_.emplace_back(at, c);
  ++count_[static_cast<std::size_t>(c)];
  all_.take(at);
  if (c >= call_class::status) looks_.take(at);
  if (c >= call_class::status || last_look_ == monotonic_time::min()) last_look_ = at;
}

void call_budget::throttled(monotonic_time until) { blocked_until_ = std::max(blocked_until_, until); }

}  // namespace hedgerow::domain
