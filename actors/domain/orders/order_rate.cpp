#include "actors/domain/orders/order_rate.hpp"

#include <algorithm>

namespace hedgerow::domain {

void order_rate::add(monotonic_time now) {
  if (!times_.empty()) now = std::max(now, times_.back());
  while (!times_.empty() && times_.front() + window_ <= now) times_.pop_front();
  times_.push_back(now);
}

monotonic_time order_rate::next_allowed(std::uint32_t limit, monotonic_time now) const {
  limit = std::max(limit, 1U);
  if (times_.size() < limit) return now;
  return std::max(now, times_[times_.size() - limit] + window_);
}

}  // namespace hedgerow::domain
