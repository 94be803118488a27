// How many calls the broker's API may get: one budget per app and account, with room kept for what matters more
// (order-protocol, "The gate in front of it"). Pure: time comes in from outside, on a clock that never goes back.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>

namespace hedgerow::domain {

/// Time since any fixed start on a monotonic clock.
using monotonic_ns = std::chrono::nanoseconds;

/// From the most to the least important.
enum class call_class : std::uint8_t {
  placement,  // a POST of an order
  evidence,   // what resolves an unknown outcome
  status,     // looking at a pending order
  rest,       // sessions, accounts, positions for display
};

[[nodiscard]] std::string_view to_string(call_class c);

struct budget_policy {
  /// Calls in any `window`.
  std::uint32_t calls = 120;
  std::chrono::milliseconds window{60'000};
  /// Of these, what only placements may use, and what only placements and evidence may use, and what `rest` may not
  /// use.
  std::uint32_t kept_for_placement = 30;
  std::uint32_t kept_for_evidence = 20;
  std::uint32_t kept_for_status = 20;
};

/// Counts the calls of the sliding window exactly, instead of filling a bucket: a bucket of N lets up to 2N calls into
/// one window. At most `calls` times lie in any half-open window.
class call_budget {
 public:
  /// What is kept for others is cut so that every class may use at least one call.
  explicit call_budget(budget_policy policy = {});

  /// Counts a call if one of this class is allowed now.
  [[nodiscard]] bool try_take(call_class c, monotonic_ns now);

  /// When the next call of this class is allowed if no other is made meanwhile; `now` when it is allowed at once.
  [[nodiscard]] monotonic_ns next_allowed(call_class c, monotonic_ns now) const;

  /// Another policy from now on; what was taken stays counted.
  void change(budget_policy policy);

  /// The broker said 429: no calls of any class before `until`.
  void throttled(monotonic_ns until);

  /// Calls in the window that ends now.
  [[nodiscard]] std::uint32_t used(monotonic_ns now) const;
  /// How many of the window's calls a class may see used before it has to wait.
  [[nodiscard]] std::uint32_t limit(call_class c) const;

 private:
  [[nodiscard]] monotonic_ns never_back(monotonic_ns now) const;

  budget_policy policy_;
  /// Times of the calls that may still count, ascending.
  std::deque<monotonic_ns> taken_;
  monotonic_ns blocked_until_ = monotonic_ns::min();
};

}  // namespace hedgerow::domain
