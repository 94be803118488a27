// Each decision of a person is applied once, although the log may give it again: after an outage that was longer than
// the log keeps a group's offsets, the whole history is read once more.
#pragma once

#include <algorithm>
#include <optional>

#include "messages/events/control_event.hpp"

namespace hedgerow::domain {

/// Whether `decision` was not applied yet; then it becomes the newest. It was when it stands no farther in the log than
/// the newest, and was made no later. Both: offsets begin anew in a log that was imported, and of two nodes that take
/// decisions one after the other the clock of the second may be behind.
[[nodiscard]] inline bool take_newer(std::optional<decision_mark>& newest, const decision_mark& decision) {
  if (!newest) {
    newest = decision;
    return true;
  }
  if (decision.offset <= newest->offset && decision.recorded_at <= newest->recorded_at) return false;
  newest = decision_mark{decision.offset, std::max(decision.recorded_at, newest->recorded_at)};
  return true;
}

}  // namespace hedgerow::domain
