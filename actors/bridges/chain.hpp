// Where the bridges of a node find each other: a bridge leaves its transactions to the one that takes over the topic
// that it writes (hand_over.hpp). That one may leave them to a third in the same way, with its own, so that one
// transaction goes through any number of services. Nothing but the topics says which bridges are joined.
#pragma once

#include <cstddef>
#include <map>
#include <memory>

#include "messages/events/topics.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/protocol/slot.hpp"

namespace hedgerow::bridges {

/// Where the bridge that takes a topic over is now.
using bridge_slot = std::shared_ptr<protocol::slot<protocol::bridge_actor>>;

class chain {
 public:
  /// A service takes over this topic, wherever it runs. Only before the first bridge is started.
  void join(topic t) { takers_.try_emplace(t, std::make_shared<protocol::slot<protocol::bridge_actor>>()); }

  /// So many bridges, at most, come after another one.
  [[nodiscard]] std::size_t links() const { return takers_.size(); }

  /// Thread-safe; null when nobody takes the topic over.
  [[nodiscard]] bridge_slot taker_of(topic t) const {
    const auto found = takers_.find(t);
    return found == takers_.end() ? nullptr : found->second;
  }

 private:
  std::map<topic, bridge_slot> takers_;
};

using chain_ptr = std::shared_ptr<chain>;

}  // namespace hedgerow::bridges
