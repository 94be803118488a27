// Which orders of the broker's list can be the order of an intent (order-protocol, 6). Pure.
#pragma once

#include <span>
#include <vector>

#include "messages/events/execution_desk.hpp"
#include "messages/types/broker.hpp"

namespace hedgerow::domain {

/// What an intent's order must look like.
struct order_pattern {
  hedgerow::symbol symbol;
  hedgerow::side side = side::buy;
  std::uint64_t quantity = 0;
  /// Entered within [from, to]; an order without an entry time may be it.
  timestamp from;
  timestamp to;
};

[[nodiscard]] bool is_claimed(const execution_desk& desk, const order_id& order);

/// The first of the rows that can be an order of this desk which no execution has claimed; null when there is none.
[[nodiscard]] const unreadable_order* unreadable_of(const execution_desk& desk, std::span<const unreadable_order> rows);

/// In what `order` differs from what the pattern says, for people: each difference with both values. Empty when it
/// matches. An order without an entry time does not differ in it.
[[nodiscard]] std::string differences(const order_pattern& pattern, const broker_order& order);

/// Symbol, side, quantity and type agree; the time is not compared.
[[nodiscard]] bool same_terms(const order_pattern& pattern, const broker_order& order);
/// same_terms, and entered within the window.
[[nodiscard]] bool matches(const order_pattern& pattern, const broker_order& order);

/// The unclaimed orders that match, each id once, oldest entry first.
[[nodiscard]] std::vector<broker_order> candidates(const execution_desk& desk, const order_pattern& pattern,
                                                   std::span<const broker_order> list);

}  // namespace hedgerow::domain
