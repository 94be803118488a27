// A sliding window over the last minute.
#pragma once

#include <deque>
#include <optional>

#include "actors/ports/clock.hpp"

namespace hedgerow::paper {

class rate_limit {
 public:
  /// 0 lets everything through.
  explicit rate_limit(std::uint32_t per_minute) : per_minute_{per_minute} {}

  /// Nothing when the call is let through, else the whole seconds to wait, at least 1.
  [[nodiscard]] std::optional<std::chrono::seconds> take(monotonic_time now) {
    if (per_minute_ == 0) return std::nullopt;
    constexpr std::chrono::minutes window{1};
    while (!taken_.empty() && taken_.front() + window <= now) taken_.pop_front();
    if (taken_.size() >= per_minute_) return std::chrono::ceil<std::chrono::seconds>(taken_.front() + window - now);
    taken_.push_back(now);
    return std::nullopt;
  }

 private:
  std::uint32_t per_minute_;
  std::deque<monotonic_time> taken_;
};

}  // namespace hedgerow::paper
