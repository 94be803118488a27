// Effects that wait until the step that they follow from is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace hedgerow::entity {

/// A member of the entity, whose functions may point to the entity for that reason. They run inside it and are never
/// sent. What an entity must do in spite of a crash it finds in its changelog: what waits here is lost then.
class effects {
 public:
  using function = std::function<void()>;

  /// The ticket for a step that `todo` waits for; never zero.
  [[nodiscard]] std::uint64_t keep(std::vector<function> todo) {
    waiting_.emplace(++last_, std::move(todo));
    return last_;
  }

  /// The step with this ticket is durable: runs its effects, once. Another ticket does nothing.
  void committed(std::uint64_t ticket) {
    const auto found = waiting_.extract(ticket);
    if (found.empty()) return;
    for (const auto& effect : found.mapped()) effect();
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  std::map<std::uint64_t, std::vector<function>> waiting_;
  std::uint64_t last_ = 0;
};

}  // namespace hedgerow::entity
