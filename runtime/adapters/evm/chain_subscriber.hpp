// One subscriber of a connection. Its listener is called on the connection's thread, and never again once it has ended.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

#include "actors/ports/chain_client.hpp"

namespace hedgerow::evm {

class chain_subscriber {
 public:
  chain_subscriber(ports::evm_log_filter wanted, ports::chain_listener listener)
      : wanted_{std::move(wanted)}, listener_{std::move(listener)} {
    std::ranges::sort(wanted_.contracts);
  }

  [[nodiscard]] const ports::evm_log_filter& wanted() const { return wanted_; }
  [[nodiscard]] bool wants_logs() const { return !wanted_.contracts.empty(); }
  /// Some nodes send more than was asked for.
  [[nodiscard]] bool wants(const address& contract) const {
    return std::ranges::binary_search(wanted_.contracts, contract);
  }
  /// The node has confirmed all that it wants.
  [[nodiscard]] bool confirmed() const { return !wants_logs() || !logs.empty(); }

  /// From any thread. After it returns no call runs, unless it is made by one.
  void end() {
    const std::lock_guard lock{calling_};
    ended_ = true;
  }

  template <class... Values>
  void tell(std::function<void(Values...)> ports::chain_listener::*event, std::type_identity_t<Values>... values) {
    const std::lock_guard lock{calling_};
    if (!ended_ && listener_.*event) (listener_.*event)(std::move(values)...);
  }

  // Of the connection's thread.

  /// The node's name of its subscription to logs; empty while there is none.
  std::string logs;
  /// It was told `up` since the last `down`.
  bool up = false;

 private:
  ports::evm_log_filter wanted_;
  ports::chain_listener listener_;
  /// Held during a call. Recursive, because a listener may end its own subscription.
  std::recursive_mutex calling_;
  bool ended_ = false;
};

}  // namespace hedgerow::evm
