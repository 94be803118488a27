// A chain listener that can be ended from any thread while it is called from another.
#pragma once

#include <mutex>  // allow: it guards the caller, and waits for nothing else
#include <type_traits>
#include <utility>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::ports {

class guarded_listener {
 public:
  explicit guarded_listener(chain_listener listener) : listener_{std::move(listener)} {}

  /// After it returns no call runs, unless it is made by one, and none begins.
  void end() {
    const std::lock_guard lock{calling_};
    ended_ = true;
  }

  template <class... Values>
  void tell(std::function<void(Values...)> chain_listener::*event, std::type_identity_t<Values>... values) {
    const std::lock_guard lock{calling_};
    if (!ended_ && listener_.*event) (listener_.*event)(std::move(values)...);
  }

 private:
  chain_listener listener_;
  /// Held during a call. Recursive, because a listener may end its own subscription.
  std::recursive_mutex calling_;
  bool ended_ = false;
};

}  // namespace hedgerow::ports
