#include "actors/domain/broker/broker_clock.hpp"

#include <algorithm>

namespace hedgerow::domain {

void broker_clock::heard(timestamp sent, timestamp received, timestamp broker_time) {
  const microseconds least = broker_time - received;
  const microseconds most = broker_time + std::chrono::seconds{1} - sent;
  if (most <= least) return;  // our clock was set back meanwhile
  const bool agrees = known_ && least < most_ && least_ < most;
  least_ = agrees ? std::max(least_, least) : least;
  most_ = agrees ? std::min(most_, most) : most;
  known_ = true;
}

microseconds broker_clock::ahead() const {
  if (!known_ || (least_.count() <= 0 && most_.count() >= 0)) return microseconds{0};
  return least_ + (most_ - least_) / 2;
}

}  // namespace hedgerow::domain
