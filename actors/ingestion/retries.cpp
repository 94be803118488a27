// Asking the node again: one pause at a time for each kind of request, longer each time, and as long as the node
// wishes.
#include <caf/all.hpp>

#include "actors/ingestion/ingestion.hpp"

namespace hedgerow::ingestion {

domain::retry_policy ingestion::retries() const {
  domain::retry_policy policy;
  policy.first = config_.retry;
  policy.longest = std::max(policy.longest, config_.retry);
  return policy;
}

/// A request other than a range failed: no width would help. It is a small one, and nothing is read before its answer,
/// so that its pauses stay short unless it is throttled.
void ingestion::again(retry_line ingestion::*which, const ports::chain_error& why, task what) {
  auto& line = this->*which;
  auto policy = retries();
  if (why.kind == ports::chain_failure::throttled)
    note_throttle();
  else
    policy.longest = std::min(policy.longest, 8 * policy.first);
  const auto next =
      domain::after_range_failure(line.tries, domain::range_failure::unready, 1, why.wait, policy, random());
  line.tries = next.state;
  pause(which, next.pause, std::move(what));
}

void ingestion::pause(retry_line ingestion::*which, std::chrono::milliseconds length, task then) {
  auto& line = this->*which;
  line.resting = true;
  later(length, [which, number = ++line.pause, then = std::move(then)](ingestion& i) {
    if ((i.*which).pause != number) return;
    (i.*which).resting = false;
    then(i);
  });
}

void ingestion::note_throttle() {
  if (!throttled_since_) throttled_since_ = clock_->now();
}

/// A notice of the rate limit that names no request: the requests it is about will not be answered.
void ingestion::complained(const ports::chain_error& why) {
  last_error_ = "the node says: " + why.detail;
  if (!is_throttle(why)) return;
  note_throttle();
  const auto next = domain::after_range_failure(reading_.tries, domain::range_failure::throttled, 1, why.wait,
                                                retries(), random());
  reading_.tries = next.state;
  for (const auto which : {&ingestion::reading_, &ingestion::rescanning_})
    pause(which, next.pause, [](ingestion& i) { i.read_on(); });
}

}  // namespace hedgerow::ingestion
