// Where the current incarnation of an actor can be found. An actor that is started again has a new address; code
// that talks to it from outside the actor system, or over restarts, looks here each time. A slot holds no strong
// handle, so it keeps nothing alive.
#pragma once

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <mutex>

namespace hedgerow::protocol {

/// Thread-safe.
template <class Handle>
class slot {
 public:
  void put(caf::actor_addr current) {
    const std::scoped_lock lock{mutex_};
    address_ = std::move(current);
  }

  /// Said by an actor that ends, unless another one is there by now: timers may keep a dead actor's address valid for
  /// long.
  void remove(const caf::actor_addr& gone) {
    const std::scoped_lock lock{mutex_};
    if (address_ == gone) address_ = nullptr;
  }

  /// Invalid if there is no incarnation now.
  [[nodiscard]] Handle get() const {
    const std::scoped_lock lock{mutex_};
    return caf::actor_cast<Handle>(address_);
  }

 private:
  mutable std::mutex mutex_;
  caf::actor_addr address_;
};

}  // namespace hedgerow::protocol
