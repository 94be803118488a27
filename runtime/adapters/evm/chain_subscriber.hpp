// One subscriber of a connection. Its listener is called on the connection's thread, and never again once it has ended.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "actors/ports/guarded_listener.hpp"

namespace hedgerow::evm {

class chain_subscriber : public ports::guarded_listener {
 public:
  chain_subscriber(ports::evm_log_filter wanted, ports::chain_listener listener)
      : guarded_listener{std::move(listener)}, wanted_{std::move(wanted)} {
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

  // Of the connection's thread.

  /// The node's name of its subscription to logs; empty while there is none.
  std::string logs;
  /// It was told `up` since the last `down`.
  bool up = false;

 private:
  ports::evm_log_filter wanted_;
};

}  // namespace hedgerow::evm
