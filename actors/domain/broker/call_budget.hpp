// How many calls the broker's API may get: one budget per app and account, with room kept for what matters more
// (order-protocol, "The gate in front of it"). Pure: time comes in from outside, on a clock that never goes back.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>
#include <utility>

#include "actors/domain/broker/account_limits.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// From the most to the least important.
enum class call_class : std::uint8_t {
  placement,  // a POST of an order, and the session without which there is none
  evidence,   // what resolves an unknown outcome
  status,     // looking at a pending order
  rest,       // accounts, positions for display
};

[[nodiscard]] std::string_view to_string(call_class c);

inline constexpr std::size_t call_classes = 4;

struct budget_policy {
  static constexpr std::chrono::milliseconds window{60'000};
  /// Calls in any `window`.
  std::uint32_t calls_per_minute = account_limits{}.calls_per_minute;
  /// How many of these are kept for placements, for evidence and for status: less important classes leave them so many
  /// calls of each window. Calls that the class itself has made in the window count against its reserve. In the order
  /// of the order protocol: a quarter for placements, a sixth for evidence, a sixth for status.
  std::uint32_t kept_for_placement = calls_per_minute / 4;
  std::uint32_t kept_for_evidence = calls_per_minute / 6;
  std::uint32_t kept_for_status = calls_per_minute / 6;
};

/// The budget of an account, with the reserves that follow from its calls.
[[nodiscard]] constexpr budget_policy budget_of(const account_limits& limits) {
  return {.calls_per_minute = limits.calls_per_minute};
}

/// Calls at an even pace, with a burst after a rest.
class call_pace {
 public:
  /// `calls` in a window, `burst` of them at once.
  void set(std::uint32_t calls, std::uint32_t burst, std::chrono::milliseconds window);
  void take(monotonic_time now);
  /// When the next call is in pace.
  [[nodiscard]] monotonic_time next(monotonic_time now) const;
  /// How many calls are in pace now.
  [[nodiscard]] std::uint32_t free(monotonic_time now) const;

 private:
  monotonic_time interval_{1};
  std::uint32_t burst_ = 1;
  /// When all calls that were taken are paid for, one each interval.
  monotonic_time paid_{monotonic_time::min()};
};

/// Counts the calls of the sliding window exactly: at most `calls` times lie in any half-open window. Within that,
/// status and rest keep a pace, so that the window is never used up long before its calls leave it again: less urgent
/// calls, and all that waits for them, would stand still for the rest of the window. Placements and evidence count in
/// the pace and do not wait for it.
class call_budget {
 public:
  /// Reserves are cut so that every class may use at least one call.
  explicit call_budget(budget_policy policy = {});

  /// Counts a call if one of this class is allowed now.
  [[nodiscard]] bool try_take(call_class c, monotonic_time now);

  /// When the next call of this class is allowed if no other is made meanwhile; `now` when it is allowed at once.
  [[nodiscard]] monotonic_time next_allowed(call_class c, monotonic_time now) const;

  /// How many calls of this class are allowed at once.
  [[nodiscard]] std::uint32_t free(call_class c, monotonic_time now) const;

  /// Counts a call that was made before this budget was. In ascending order, before anything is taken.
  void restore(call_class c, monotonic_time at) { count(c, at); }

  /// Sets another policy from now on; calls already taken stay counted.
  void change(budget_policy policy);

  /// The broker said 429: no calls of any class before `until`.
  void throttled(monotonic_time until);

  /// Calls in the window that ends now.
  [[nodiscard]] std::uint32_t used(monotonic_time now) const;
  /// How many calls of a window a class may make while the others make none.
  [[nodiscard]] std::uint32_t limit(call_class c) const;

 private:
  using counts = std::array<std::uint32_t, call_classes>;

  void count(call_class c, monotonic_time at);
  [[nodiscard]] monotonic_time never_back(monotonic_time now) const;
  /// The calls by class in the window that ends now, and the first of them in `taken_`.
  [[nodiscard]] std::pair<counts, std::size_t> in_window(monotonic_time now) const;
  /// How many calls are left for a class when the window holds `used`.
  [[nodiscard]] std::uint32_t room(call_class c, const counts& used) const;
  [[nodiscard]] monotonic_time in_pace(monotonic_time now) const;

  budget_policy policy_;
  /// Calls that may still count, ascending in time, and how many of each class.
  std::deque<std::pair<monotonic_time, call_class>> taken_;
  counts count_{};
  monotonic_time blocked_until_ = monotonic_time::min();
  /// The paces of all calls, and of those that wait for the pace.
  call_pace all_;
  call_pace looks_;
  /// The last call that waited for the pace, or the very first of all.
  monotonic_time last_look_ = monotonic_time::min();
};

}  // namespace hedgerow::domain
