// Whether an endpoint of the chain is asked, and before which others.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "messages/types/time.hpp"

namespace hedgerow::domain {

struct endpoint_policy {
  /// Pause after a throttle, and after `failures_in_a_row`; it doubles.
  std::chrono::milliseconds first_pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};
  /// A longer wish is not granted: a wrong one must not cost an endpoint for hours.
  std::chrono::milliseconds longest_wish{300'000};
  /// One failure says nothing about an endpoint.
  std::uint32_t failures_in_a_row = 3;
  /// So many answers within the window that the others contradict set it aside: one may be of a block that was just
  /// replaced.
  std::uint32_t dissents = 3;
  std::chrono::milliseconds dissent_window{60'000};
  /// Those that come within this time are of one cause, and count once.
  std::chrono::milliseconds one_cause{2'000};
  std::chrono::milliseconds first_aside{30'000};
  std::chrono::milliseconds longest_aside{600'000};
  /// A score that is not judged again is full after this time: who is asked last could not show that it is better.
  std::chrono::milliseconds recovery{600'000};
};

/// What one endpoint has done lately. Its connection is not seen here.
class endpoint_health {
 public:
  enum class standing : std::uint8_t {
    asked,      // like any other
    avoided,    // it failed several times: only when there is no other
    throttled,  // not asked, it wants a pause
    set_aside,  // not asked, it said what the others contradict
  };

  endpoint_health() = default;
  explicit endpoint_health(const endpoint_policy& policy) : policy_{policy} {}

  /// It answered, also with the contract's refusal or one of the range.
  void answered(monotonic_time now, std::chrono::nanoseconds took);
  /// `random` is uniform over 64 bits.
  void failed(monotonic_time now, std::uint64_t random);
  void throttled(monotonic_time now, std::optional<std::chrono::milliseconds> wish, std::uint64_t random);
  /// A quorum said something else. True when it is set aside for that: each time for longer, until it has been asked
  /// for a window without another contradiction.
  bool contradicted(monotonic_time now, std::uint64_t random);

  [[nodiscard]] standing at(monotonic_time now) const;
  /// When it is asked like any other again; nothing when it is.
  [[nodiscard]] std::optional<monotonic_time> asked_again_at(monotonic_time now) const;
  /// 0 to 1000: the part of the newest answers that were good.
  [[nodiscard]] std::uint32_t score(monotonic_time now) const;
  /// Usual time of an answer; zero before the first.
  [[nodiscard]] std::chrono::nanoseconds latency() const { return latency_; }

 private:
  void judge(monotonic_time now, bool good);
  /// Its next pause after a failure or throttle.
  [[nodiscard]] std::chrono::milliseconds pause(std::uint64_t random);

  endpoint_policy policy_;
  std::uint32_t score_ = 1000;
  monotonic_time judged_at_{0};
  std::chrono::nanoseconds latency_{0};
  std::uint32_t failures_ = 0;
  std::uint32_t pauses_ = 0;
  /// Times of the newest.
  std::vector<monotonic_time> dissents_;
  std::uint32_t asides_ = 0;
  std::optional<monotonic_time> avoided_until_;
  std::optional<monotonic_time> throttled_until_;
  std::optional<monotonic_time> aside_until_;
};

[[nodiscard]] constexpr std::string_view to_string(endpoint_health::standing s) {
  constexpr std::string_view names[] = {"asked", "avoided", "throttled", "set aside"};
  return names[static_cast<std::size_t>(s)];
}

}  // namespace hedgerow::domain
