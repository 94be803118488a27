#include "actors/domain/hedging/call_budget.hpp"

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

call_budget::call_budget(budget_policy policy) { change(policy); }

void call_budget::change(budget_policy policy) {
  policy_ = policy;
  HEDGEROW_CHECK(policy.calls > 0 && policy.window.count() > 0, "a budget needs calls and a window");
  std::uint32_t spare = policy_.calls - 1;
  for (std::uint32_t* kept : {&policy_.kept_for_placement, &policy_.kept_for_evidence, &policy_.kept_for_status}) {
    *kept = std::min(*kept, spare);
    spare -= *kept;
  }
}

std::uint32_t call_budget::limit(call_class c) const {
  std::uint32_t allowed = policy_.calls;
  if (c > call_class::placement) allowed -= policy_.kept_for_placement;
  if (c > call_class::evidence) allowed -= policy_.kept_for_evidence;
  if (c > call_class::status) allowed -= policy_.kept_for_status;
  return allowed;
}

/// A clock that goes back must not let more calls into a window.
monotonic_ns call_budget::never_back(monotonic_ns now) const {
  return taken_.empty() ? now : std::max(now, taken_.back());
}

std::uint32_t call_budget::used(monotonic_ns now) const {
  const monotonic_ns start = never_back(now) - policy_.window;
  const auto first = std::upper_bound(taken_.begin(), taken_.end(), start);
  return static_cast<std::uint32_t>(taken_.end() - first);
}

monotonic_ns call_budget::next_allowed(call_class c, monotonic_ns now) const {
  monotonic_ns earliest = std::max(never_back(now), blocked_until_);
  const std::size_t allowed = limit(c);
  // With `allowed` calls after it, the one that has to leave the window is the allowed-th from the end.
  if (taken_.size() >= allowed) earliest = std::max(earliest, taken_[taken_.size() - allowed] + policy_.window);
  return earliest;
}

bool call_budget::try_take(call_class c, monotonic_ns now) {
  now = never_back(now);
  if (next_allowed(c, now) > now) return false;
  while (!taken_.empty() && taken_.front() + policy_.window <= now) taken_.pop_front();
  taken_.push_back(now);
  return true;
}

void call_budget::throttled(monotonic_ns until) { blocked_until_ = std::max(blocked_until_, until); }

}  // namespace hedgerow::domain
