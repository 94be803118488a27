// The one form of an actor: a class that CAF's actor owns as its state.
//
//   class poller {
//    public:
//     using interface = protocol::entity_actor;              // or an extension of it with private messages
//     using pointer = protocol::pointer_to<poller>;
//     static inline const char* actor_name = "poller";
//     poller(pointer self, poller_config config);
//     interface::behavior_type start();                      // once; may refuse_start()
//   };
//   auto handle = protocol::spawn_class<poller>(system, config);
//
// The object is made and destroyed by the actor's own thread of control, so its members need no locks. It dies with the
// actor: a callback that runs elsewhere must not point to it, see callbacks.hpp.
#pragma once

#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace hedgerow::protocol {

/// The state of the CAF actor: the object, and the name of the actor in CAF's log.
template <class Class>
struct class_state {
  static inline const char* name = Class::actor_name;
  std::unique_ptr<Class> object;
};

/// What an actor's class knows its CAF actor as.
template <class Class>
using pointer_to = typename Class::interface::template stateful_pointer<class_state<Class>>;

/// Starts an actor whose object is made from its own pointer and `args`, which are copied or moved to it.
template <class Class, class... Args>
typename Class::interface spawn_class(caf::actor_system& system, Args&&... args) {
  return system.spawn(
      [](pointer_to<Class> self, std::decay_t<Args>... given) -> typename Class::interface::behavior_type {
        self->state.object = std::make_unique<Class>(self, std::move(given)...);
        return self->state.object->start();
      },
      std::forward<Args>(args)...);
}

/// What start() returns when the actor cannot work: it ends before its first message. `why` is for people.
template <class Pointer>
[[nodiscard]] auto refuse_start(Pointer self, const std::string& why) {
  self->quit(caf::make_error(caf::sec::runtime_error, why));
  return std::remove_pointer_t<Pointer>::behavior_type::make_empty_behavior();
}

}  // namespace hedgerow::protocol
