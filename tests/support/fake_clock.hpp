// A clock that moves only when a test moves it.
#pragma once

#include <atomic>

#include "actors/ports/clock.hpp"

namespace hedgerow::test {

/// Thread-safe. Wall-clock and monotonic time move together.
class fake_clock final : public ports::clock {
 public:
  /// Starts on 2025-01-03T14:30:00Z, a trading day, unless told otherwise.
  explicit fake_clock(timestamp start = {1'735'914'600'000'000}) : now_{start.us}, start_{start.us} {}

  [[nodiscard]] timestamp now() const override { return {now_.load()}; }
  [[nodiscard]] monotonic_time monotonic() const override {
    return std::chrono::hours{1} + std::chrono::microseconds{now_.load() - start_};
  }

  void advance(std::chrono::microseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
  const std::int64_t start_;
};

}  // namespace hedgerow::test
