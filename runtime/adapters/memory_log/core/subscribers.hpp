// The listeners of an event log: who is called when something was appended.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "actors/ports/subscription.hpp"

namespace hedgerow::ports {

/// The callbacks of all subscriptions to one thing; may end before they do. Thread-safe.
class subscribers {
 public:
  [[nodiscard]] subscription add(std::function<void()> call) {
    auto one = std::make_shared<entry>();
    one->call = std::move(call);
    const std::scoped_lock lock{list_->mutex};
    list_->entries.push_back(one);
    return subscription{[one, all = std::weak_ptr{list_}] {
      // Waits until a running call has ended.
      {
        const std::scoped_lock running{one->mutex};
        one->ended = true;
      }
      const auto still = all.lock();
      if (!still) return;
      const std::scoped_lock locked{still->mutex};
      std::erase(still->entries, one);
    }};
  }

  /// Calls everybody. Must not be called under a mutex that a callback's owner holds while it drops its subscription.
  void call_all() const {
    std::unique_lock lock{list_->mutex};
    const auto everybody = list_->entries;
    lock.unlock();
    for (const auto& one : everybody) {
      const std::scoped_lock running{one->mutex};
      if (!one->ended) one->call();
    }
  }

  [[nodiscard]] std::size_t size() const {
    const std::scoped_lock lock{list_->mutex};
    return list_->entries.size();
  }

 private:
  struct entry {
    /// Recursive: a callback may drop its own subscription.
    std::recursive_mutex mutex;
    bool ended = false;
    std::function<void()> call;
  };
  struct list {
    std::mutex mutex;
    std::vector<std::shared_ptr<entry>> entries;
  };
  std::shared_ptr<list> list_ = std::make_shared<list>();
};

}  // namespace hedgerow::ports
