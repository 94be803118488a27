#include "actors/bridges/assignment.hpp"

#include <algorithm>

#include "messages/types/check.hpp"

namespace hedgerow::bridges {

using kind = assignment::change::kind;

assignment::assignment(const std::vector<topic>& inputs) {
  if (!inputs.empty()) home_ = inputs.front();
}

void assignment::add(change::kind what, topic_partition source) {
  pending_.push_back({what, source, source.topic == home_});
}

void assignment::told(const ports::log_batch& batch) {
  moving_ = batch.moving;
  for (const auto& source : batch.revoked) {
    told_.erase(source);
    owned_.erase(source);
    add(kind::lost, source);
  }
  for (const auto& source : batch.assigned) {
    // Given once more without having been taken away: what was loaded may be older than what another owner wrote.
    if (!told_.insert(source).second) {
      owned_.erase(source);
      add(kind::lost, source);
    }
    add(kind::gained, source);
  }
}

void assignment::carried_out() {
  HEDGEROW_CHECK(!pending_.empty(), "there is a change that was carried out");
  const auto done = pending_.front();
  pending_.pop_front();
  // A later change of the same partition begins with losing it.
  const bool changes_again =
      std::any_of(pending_.begin(), pending_.end(), [&](const change& later) { return later.source == done.source; });
  if (done.what == kind::gained && !changes_again) owned_.insert(done.source);
}

}  // namespace hedgerow::bridges
