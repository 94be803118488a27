#include "actors/domain/orders/order_match.hpp"

#include <algorithm>

namespace hedgerow::domain {

bool is_claimed(const execution_desk& desk, const order_id& order) {
  return std::find(desk.claimed.begin(), desk.claimed.end(), order) != desk.claimed.end();
}

const unreadable_order* unreadable_of(const execution_desk& desk, std::span<const unreadable_order> rows) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const unreadable_order& row) {
    return (!row.symbol || *row.symbol == desk.symbol) && !(row.id && is_claimed(desk, *row.id));
  });
  return found == rows.end() ? nullptr : &*found;
}

std::string differences(const order_pattern& pattern, const broker_order& order) {
  std::string text;
  const auto differ = [&text](const char* what, const std::string& theirs, const std::string& ours) {
    text += (text.empty() ? "" : ", ") + std::string{what} + " " + theirs + " instead of " + ours;
  };
  const auto quantity = shares::from_whole(static_cast<std::int64_t>(pattern.quantity));
  if (order.symbol != pattern.symbol) differ("symbol", order.symbol.str(), pattern.symbol.str());
  if (order.side != pattern.side)
    differ("side", std::string{to_string(order.side)}, std::string{to_string(pattern.side)});
  if (order.quantity != quantity) differ("quantity", order.quantity.to_string(), quantity.to_string());
  if (!order.market_day) differ("type", "another one", "a market order for the day");
  if (order.entered_at && (*order.entered_at < pattern.from || pattern.to < *order.entered_at))
    differ("entered", to_rfc3339(*order.entered_at),
           "between " + to_rfc3339(pattern.from) + " and " + to_rfc3339(pattern.to));
  return text;
}

bool same_terms(const order_pattern& pattern, const broker_order& order) {
  return order.symbol == pattern.symbol && order.side == pattern.side && order.market_day &&
         order.quantity == shares::from_whole(static_cast<std::int64_t>(pattern.quantity));
}

bool matches(const order_pattern& pattern, const broker_order& order) {
  if (!same_terms(pattern, order)) return false;
  return !order.entered_at || (pattern.from <= *order.entered_at && *order.entered_at <= pattern.to);
}

std::vector<broker_order> candidates(const execution_desk& desk, const order_pattern& pattern,
                                     std::span<const broker_order> list) {
  std::vector<broker_order> found;
  for (const auto& order : list) {
    const auto same_id = [&](const broker_order& other) { return other.id == order.id; };
    if (!matches(pattern, order) || is_claimed(desk, order.id) || std::any_of(found.begin(), found.end(), same_id))
      continue;
    found.push_back(order);
  }
  const auto entered = [](const broker_order& o) { return o.entered_at.value_or(timestamp{}); };
  std::stable_sort(found.begin(), found.end(), [&](const auto& a, const auto& b) { return entered(a) < entered(b); });
  return found;
}

}  // namespace hedgerow::domain
