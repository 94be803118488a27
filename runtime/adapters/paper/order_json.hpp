// The broker's JSON for orders, accounts, quotes and hours (facts, 5.4 to 5.10).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/adapters/paper/ledger.hpp"
#include "runtime/adapters/paper/market_calendar.hpp"
#include "runtime/adapters/paper/price_walk.hpp"

namespace hedgerow::paper {

struct order_ticket {
  symbol name;
  side instruction = side::buy;
  std::int64_t quantity = 0;
};

/// A market order for the day with one equity leg and 1 to 2^32-1 whole shares (facts, 5.5). The errors name the
/// fields.
[[nodiscard]] expected<order_ticket, std::vector<std::string>> parse_order(const std::string& body);

/// 2025-08-29T17:15:18+0000: seconds, and no colon in the offset.
[[nodiscard]] std::string broker_time(timestamp t);
[[nodiscard]] std::string order_json(const order& o, const std::string& account_number);
[[nodiscard]] std::string orders_json(const std::vector<order>& orders, const std::string& account_number);

struct account_view {
  std::string number;
  usd cash;
  std::map<std::string, holding> holdings;
  /// Last price of every symbol in `holdings`.
  std::map<std::string, price_units> prices;
};
[[nodiscard]] std::string account_json(const account_view& account, bool with_positions);

/// Every execution of `orders` in [from, to] as a trade, newest first; only those of `symbol` when one is given.
[[nodiscard]] std::string transactions_json(const std::vector<order>& orders, const std::string& account_number,
                                            timestamp from, timestamp to, const std::optional<std::string>& symbol);
[[nodiscard]] std::string preference_json(const std::string& account_number);

[[nodiscard]] std::string hours_json(const market_calendar& calendar, calendar_day day);
[[nodiscard]] std::string quote_json(const symbol& name, const quote& q, timestamp now);

/// Everything, exactly: integers and decimal strings. For checking; the broker has nothing like it.
[[nodiscard]] std::string ledger_json(ledger& book);

}  // namespace hedgerow::paper
