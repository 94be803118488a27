// An entity's timer, which it sets by its own clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "messages/protocol/interfaces.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::entity {

/// What an entity with a timer is to itself: its bridge sees an entity_actor.
using timed_entity = protocol::entity_actor::extend<caf::reacts_to<protocol::tick_atom, std::uint64_t>>;

/// Set for one due time; a message of an earlier setting is stale.
class timer {
 public:
  /// A timer is never set further ahead: a due time that was computed while the clock was wrong is seen for what it is
  /// when the entity looks at it again, a minute later.
  static constexpr std::chrono::minutes longest_sleep{1};

  /// The message to send: after what time, and with which round.
  struct wake_up {
    std::chrono::milliseconds after;
    std::uint64_t round;
  };

  /// The message to send for this due time; nothing if one is on its way for the same time, or if there is no due time.
  /// Zero is none, too, as in stored states: what is not put off is done with the input that made it possible.
  [[nodiscard]] std::optional<wake_up> set(std::optional<timestamp> due, timestamp now);
  /// Whether a message of this round is the one that was waited for. After that the timer is not set.
  [[nodiscard]] bool rings(std::uint64_t round);

 private:
  /// Zero when it is not set.
  timestamp set_for_;
  std::uint64_t round_ = 0;
};

/// Has `self`, which is a timed_entity, get (tick_atom, round) at `due` or a minute from now, whatever comes first. It
/// asks timer::rings() then, and sets the timer again.
template <class Pointer>
void set_timer(Pointer self, timer& which, std::optional<timestamp> due, timestamp now) {
  if (const auto wake = which.set(due, now))
    self->delayed_send(self, wake->after, protocol::tick_atom::value, wake->round);
}

}  // namespace hedgerow::entity
