// Callbacks that ports call from threads of their own. They must neither touch an actor's state nor keep it alive.
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

namespace hedgerow::protocol {

/// A function that sends (`verb`, arguments...) to the actor, and nothing once that has ended. Any thread may call it,
/// any number of times, also after the actor's end.
template <class Handle, class Verb>
[[nodiscard]] auto sends_to(const caf::actor_addr& who, Verb verb) {
  return [who, verb](auto&&... arguments) {
    if (const auto alive = caf::actor_cast<Handle>(who))
      caf::anon_send(alive, verb, std::forward<decltype(arguments)>(arguments)...);
  };
}

}  // namespace hedgerow::protocol
