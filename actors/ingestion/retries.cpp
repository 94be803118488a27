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
void ingestion::again(const ports::chain_error& why) {
  auto policy = retries();
  if (why.kind == ports::chain_failure::throttled)
    note_throttle();
  else
    policy.longest = std::min(policy.longest, 8 * policy.first);
  const auto next =
      domain::after_range_failure(asking_.tries, domain::range_failure::unready, 1, why.wait, policy, random());
  asking_.tries = next.state;
  pause(line::asking, next.pause);
}

retry_line& ingestion::line_of(line which) {
  switch (which) {
    case line::reading: return reading_;
    case line::rescanning: return rescanning_;
    case line::asking: break;
  }
  return asking_;
}

void ingestion::pause(line which, std::chrono::milliseconds length) {
  auto& rests = line_of(which);
  rests.resting = true;
  later(length, pause_over{which, ++rests.pause});
}

void ingestion::ring(const pause_over& timer) {
  auto& rests = line_of(timer.of);
  if (rests.pause != timer.number) return;
  rests.resting = false;
  timer.of == line::asking ? ask_again() : read_on();
}

void ingestion::note_throttle() {
  if (!throttled_since_) throttled_since_ = clock_->now();
}

/// A notice of the rate limit that names no request: the requests it is about will not be answered.
void ingestion::complained(const ports::chain_error& why) {
  last_error_ = "the node says: " + why.detail;
  if (!is_throttle(why)) return;
  note_throttle();
  const auto next =
      domain::after_range_failure(reading_.tries, domain::range_failure::throttled, 1, why.wait, retries(), random());
  reading_.tries = next.state;
  for (const auto which : {line::reading, line::rescanning}) pause(which, next.pause);
}

}  // namespace hedgerow::ingestion
