// A clock that only moves when a test says so. Thread-safe.
#pragma once

#include <atomic>

#include "actors/ports/clock.hpp"

namespace hedgerow::test {

class fake_clock final : public ports::clock {
 public:
  /// Starts at an arbitrary time in 2025, in the middle of a trading day.
  explicit fake_clock(timestamp start = {1'756'488'000'000'000}) : us_{start.us} {}

  [[nodiscard]] timestamp now() const override { return {us_.load()}; }
  [[nodiscard]] ports::monotonic_time monotonic() const override { return std::chrono::microseconds{us_.load()}; }

  /// Both clocks move together.
  void advance(std::chrono::microseconds by) { us_ += by.count(); }

 private:
  std::atomic<std::int64_t> us_;
};

}  // namespace hedgerow::test
