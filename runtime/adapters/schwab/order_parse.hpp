// Orders, from the broker's JSON (facts, 5.6 and 5.7). Pure; errors name fields and never quote values.
#pragma once

#include <string>
#include <string_view>

#include "messages/types/broker.hpp"

namespace hedgerow::schwab {

struct status_reading {
  order_status status = order_status::working;
  bool known = false;
};
/// An unknown text is working and not known: never terminal.
[[nodiscard]] status_reading read_status(std::string_view text);

/// One order. Amounts that decide about money must be there: a missing filledQuantity is an error, not zero.
/// An order that is not for one equity or fund is an error too.
[[nodiscard]] expected<broker_order, std::string> parse_order(std::string_view body);

/// The broker gives at most this many orders; an answer with so many may be cut.
inline constexpr std::size_t max_listed_orders = 3000;

/// Orders that are not for one equity or fund are left out; one that is and cannot be read is told apart from the
/// others with what can be read of it. An answer that is no list, or that may be cut, is an error.
[[nodiscard]] expected<order_list, std::string> parse_orders(std::string_view body);

}  // namespace hedgerow::schwab
