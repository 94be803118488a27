// One budget for the account, several nodes that spend it: each gets an equal share. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <utility>

namespace hedgerow::domain {

/// A node's part of `total` when `callers` nodes share it. The parts together are never more than the total, except
/// that every node may make one call: with more callers than calls no node could work otherwise.
[[nodiscard]] constexpr std::uint32_t equal_share(std::uint32_t total, std::uint32_t callers) {
  const std::uint32_t part = total / (callers == 0 ? 1 : callers);
  return part == 0 && total > 0 ? 1 : part;
}

/// How many nodes share the account. A share falls at once and rises a window later: what a node that has just gone
/// has called still counts at the broker.
class caller_count {
 public:
  explicit caller_count(std::chrono::nanoseconds window) : window_{window} {}

  void set(std::uint32_t callers, std::chrono::nanoseconds now);
  /// The most that were counted within the window that ends now; at least one.
  [[nodiscard]] std::uint32_t most(std::chrono::nanoseconds now) const;

 private:
  std::chrono::nanoseconds window_;
  std::uint32_t current_ = 1;
  /// Earlier counts and until when each was the count, ascending in time.
  std::deque<std::pair<std::uint32_t, std::chrono::nanoseconds>> earlier_;
};

}  // namespace hedgerow::domain
