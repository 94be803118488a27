// When to look at a pending order again (order-protocol, "Polling"). Pure: randomness comes in from outside.
#pragma once

#include <chrono>
#include <cstdint>

namespace hedgerow::domain {

struct poll_policy {
  /// Delay before the first look after the order was placed; each further one doubles until `base` is reached.
  std::chrono::milliseconds first{250};
  /// From then on: base, plus or minus up to `jitter` (facts, 6.6).
  std::chrono::milliseconds base{30'000};
  std::chrono::milliseconds jitter{10'000};
  /// Back-off after errors of the API: doubles from `error_base` to `error_max`, with jitter downwards.
  std::chrono::milliseconds error_base{1'000};
  std::chrono::milliseconds error_max{120'000};
};

/// The state of one order's schedule.
struct poll_state {
  /// Looks planned so far that were not answered by an error.
  std::uint32_t looks = 0;
  std::uint32_t errors_in_a_row = 0;
  friend bool operator==(const poll_state&, const poll_state&) = default;
};

struct poll_step {
  poll_state state;
  std::chrono::milliseconds delay{0};
  friend bool operator==(const poll_step&, const poll_step&) = default;
};

/// The order was placed, or the last look was answered and the order still works. `random` is uniform over 64 bits.
[[nodiscard]] poll_step next_look(const poll_state& state, const poll_policy& policy, std::uint64_t random);

/// An order found pending at a start: it is old, so no quick looks.
[[nodiscard]] poll_state resumed_poll(const poll_policy& policy);

/// The last look failed. Never earlier than `retry_after`, which the broker asked for (zero: it did not).
[[nodiscard]] poll_step look_failed(const poll_state& state, const poll_policy& policy, std::uint64_t random,
                                    std::chrono::milliseconds retry_after = std::chrono::milliseconds{0});

}  // namespace hedgerow::domain
