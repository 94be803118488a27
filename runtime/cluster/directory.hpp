// What a node knows about the cluster, readable from other threads and actors.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "actors/domain/cluster/member_list.hpp"
#include "messages/protocol/actor_status.hpp"

namespace hedgerow::cluster {

struct member_view {
  member_record info;
  domain::member_state state = domain::member_state::reachable;
  /// When it was last heard, on the monotonic clock; of this node itself: when this was written.
  std::chrono::nanoseconds heard{0};
  std::vector<hosted_service> hosts;
};

struct snapshot {
  /// This node first, then the others by name.
  std::vector<member_view> members;
};

/// Thread-safe.
class directory {
 public:
  void put(snapshot current) {
    auto fresh = std::make_shared<const snapshot>(std::move(current));
    const std::scoped_lock lock{mutex_};
    current_ = std::move(fresh);
  }

  /// Null until the cluster actor has started.
  [[nodiscard]] std::shared_ptr<const snapshot> get() const {
    const std::scoped_lock lock{mutex_};
    return current_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const snapshot> current_;
};

/// The bridges of an actor tree, with their partitions and the first of their entities.
[[nodiscard]] std::vector<hosted_service> hosted_services(const protocol::actor_status& tree);

}  // namespace hedgerow::cluster
