#include "actors/domain/cluster/account_share.hpp"

#include <algorithm>

namespace hedgerow::domain {

void caller_count::set(std::uint32_t callers, std::chrono::nanoseconds now) {
  callers = std::max(callers, std::uint32_t{1});
  while (!earlier_.empty() && earlier_.front().second + window_ <= now) earlier_.pop_front();
  if (callers == current_) return;
  earlier_.emplace_back(current_, now);
  current_ = callers;
}

std::uint32_t caller_count::most(std::chrono::nanoseconds now) const {
  std::uint32_t most = current_;
  for (const auto& [callers, until] : earlier_)
    if (until + window_ > now) most = std::max(most, callers);
  return most;
}

}  // namespace hedgerow::domain
