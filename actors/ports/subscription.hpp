// A callback that is registered for a while. A subscription ends with its owner, so an actor that is restarted
// again and again leaves nothing behind.
#pragma once

#include <functional>
#include <utility>

namespace hedgerow::ports {

/// Holds one registration. When it is destroyed, the callback is not running any more, unless it is the callback that
/// destroys it, and is never called again. An empty one holds nothing. Thread-safe against the caller of the callback,
/// not against itself.
class [[nodiscard]] subscription {
 public:
  subscription() = default;
  explicit subscription(std::function<void()> cancel) : cancel_{std::move(cancel)} {}
  ~subscription() { drop(); }
  subscription(subscription&& other) noexcept : cancel_{std::exchange(other.cancel_, nullptr)} {}
  subscription& operator=(subscription&& other) noexcept {
    if (this == &other) return *this;
    drop();
    cancel_ = std::exchange(other.cancel_, nullptr);
    return *this;
  }
  subscription(const subscription&) = delete;
  subscription& operator=(const subscription&) = delete;

  /// Ends it now.
  void drop() {
    if (const auto cancel = std::exchange(cancel_, nullptr)) cancel();
  }

 private:
  std::function<void()> cancel_;
};

}  // namespace hedgerow::ports
