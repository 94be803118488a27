#include "actors/domain/orders/order_match.hpp"

#include <algorithm>

namespace hedgerow::domain {

bool is_claimed(const execution_desk& desk, const order_id& order) {
  return std::find(desk.claimed.begin(), desk.claimed.end(), order) != desk.claimed.end();
}

bool same_terms(const order_pattern& pattern, const ports::broker_order& order) {
  return order.symbol == pattern.symbol && order.side == pattern.side && order.market_day &&
         order.quantity == shares::from_whole(static_cast<std::int64_t>(pattern.quantity));
}

bool matches(const order_pattern& pattern, const ports::broker_order& order) {
  if (!same_terms(pattern, order)) return false;
  return !order.entered_at || (pattern.from <= *order.entered_at && *order.entered_at <= pattern.to);
}

std::vector<ports::broker_order> candidates(const execution_desk& desk, const order_pattern& pattern,
                                            std::span<const ports::broker_order> list) {
  std::vector<ports::broker_order> found;
  for (const auto& order : list) {
    const auto same_id = [&](const ports::broker_order& other) { return other.id == order.id; };
    if (!matches(pattern, order) || is_claimed(desk, order.id) || std::any_of(found.begin(), found.end(), same_id))
      continue;
    found.push_back(order);
  }
  const auto entered = [](const ports::broker_order& o) { return o.entered_at.value_or(timestamp{}); };
  std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return entered(a) < entered(b); });
  return found;
}

}  // namespace hedgerow::domain
