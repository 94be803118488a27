// The call budget of a gateway, going on where the gateway before it ended: of this process or of the one before.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>

#include "actors/domain/broker/call_budget.hpp"
#include "actors/ports/call_memory.hpp"
#include "actors/ports/clock.hpp"

namespace hedgerow::broker {

/// When that was on the monotonic clock of this process; nothing when it is longer ago than `window`. What seems to lie
/// ahead, since the wall clock was set back, counts as of now.
[[nodiscard]] inline std::optional<monotonic_time> monotonic_of(timestamp at, const ports::clock& clock,
                                                                std::chrono::nanoseconds window) {
  const auto age = std::max(clock.now() - at, microseconds{0});
  if (age >= window) return std::nullopt;
  return clock.monotonic() - age;
}

/// As call_budget. `memory` may be null; `clock` outlives it.
class remembered_budget : public domain::call_budget {
 public:
  remembered_budget(domain::budget_policy policy, std::shared_ptr<ports::call_memory> memory, const ports::clock* clock)
      : call_budget{policy}, memory_{std::move(memory)}, clock_{clock} {
    if (!memory_) return;
    for (const auto& call : memory_->recent()) {
      const auto at = monotonic_of(call.at, *clock_, policy.window);
      if (at && call.kind != ports::sent_kind::order) restore(static_cast<domain::call_class>(call.kind), *at);
    }
  }

  [[nodiscard]] bool try_take(domain::call_class c, monotonic_time now) {
    if (!call_budget::try_take(c, now)) return false;
    if (memory_) memory_->add({clock_->now(), static_cast<ports::sent_kind>(c)});
    return true;
  }

 private:
  std::shared_ptr<ports::call_memory> memory_;
  const ports::clock* clock_;
};

}  // namespace hedgerow::broker
