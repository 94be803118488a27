#include <algorithm>
#include <cstdlib>

#include "runtime/adapters/paper/json_text.hpp"
#include "runtime/adapters/paper/order_json.hpp"

namespace hedgerow::paper {
namespace {

/// With a decimal point, as the broker writes doubles.
std::string decimal(const usd& amount) {
  const std::string text = amount.to_string();
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

/// Rounded to four decimals: the API reports an average, the ledger keeps the exact cost.
std::string average_price(const holding& h) {
  if (h.quantity == 0) return "0.0";
  const price ratio{h.cost, shares::from_whole(std::abs(h.quantity))};
  const std::string text = ratio.to_string(4);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

void write_position(json_text& json, const std::string& name, const holding& h, price_units last) {
  json.object([&] {
    json.quantity("shortQuantity", h.quantity < 0 ? -h.quantity : 0);
    json.number("averagePrice", average_price(h));
    json.quantity("longQuantity", h.quantity > 0 ? h.quantity : 0);
    json.quantity("settledLongQuantity", h.quantity > 0 ? h.quantity : 0);
    json.quantity("settledShortQuantity", h.quantity < 0 ? h.quantity : 0);
    json.object("instrument", [&] {
      json.text("assetType", "EQUITY");
      json.text("symbol", name);
    });
    json.number("marketValue", decimal(notional(last, h.quantity)));
  });
}

std::string market_value(const account_view& account) {
  usd sum = account.cash;
  for (const auto& [name, h] : account.holdings) {
    const auto price = account.prices.find(name);
    // Far from the 2^256 at which plus() fails.
    if (price != account.prices.end()) sum = sum.plus(notional(price->second, h.quantity)).value_or(sum);
  }
  return decimal(sum);
}

}  // namespace

std::string account_json(const account_view& account, bool with_positions) {
  json_text json;
  const std::string value = market_value(account);
  json.object([&] {
    json.object("securitiesAccount", [&] {
      json.text("type", "CASH");
      json.text("accountNumber", account.number);
      json.integer("roundTrips", 0);
      json.boolean("isDayTrader", false);
      json.boolean("isClosingOnlyRestricted", false);
      json.boolean("pfcbFlag", false);
      if (with_positions)
        json.array("positions", [&] {
          // The broker has no entry for a symbol without shares.
          for (const auto& [name, h] : account.holdings)
            if (h.quantity != 0) write_position(json, name, h, account.prices.at(name));
        });
      json.object("currentBalances", [&] {
        json.number("cashBalance", decimal(account.cash));
        json.number("cashAvailableForTrading", decimal(account.cash));
        json.number("liquidationValue", value);
      });
    });
    json.object("aggregatedBalance", [&] {
      json.number("currentLiquidationValue", value);
      json.number("liquidationValue", value);
    });
  });
  return json.take();
}

std::string transactions_json(const std::vector<order>& orders, const std::string& account_number, timestamp from,
                              timestamp to, const std::optional<std::string>& symbol) {
  struct trade {
    const order* of;
    const fill* what;
  };
  std::vector<trade> trades;
  for (const auto& o : orders)
    for (const auto& f : o.fills)
      if (from <= f.time && f.time <= to && (!symbol || *symbol == o.symbol)) trades.push_back({&o, &f});
  std::stable_sort(trades.begin(), trades.end(),
                   [](const trade& a, const trade& b) { return a.what->time > b.what->time; });
  json_text json;
  json.array([&] {
    for (const auto& [o, f] : trades) {
      const auto signed_quantity = o->instruction == side::buy ? f->quantity : -f->quantity;
      // A purchase takes money; a simulated trade has no fees.
      const auto amount = decimal(notional(f->price, -signed_quantity));
      json.object([&, o = o, f = f] {
        json.integer("activityId", o->id * 1000 + f->activity);
        json.text("time", broker_time(f->time));
        json.text("accountNumber", account_number);
        json.text("type", "TRADE");
        json.text("status", "VALID");
        json.text("subAccount", "CASH");
        json.text("tradeDate", broker_time(f->time));
        json.integer("positionId", o->id);
        json.integer("orderId", o->id);
        json.number("netAmount", amount);
        json.array("transferItems", [&] {
          json.object([&] {
            json.object("instrument", [&] {
              json.text("assetType", "EQUITY");
              json.text("symbol", o->symbol);
              json.integer("instrumentId", 1);
            });
            json.quantity("amount", signed_quantity);
            json.number("cost", amount);
            json.number("price", price_text(f->price));
            json.text("positionEffect", o->instruction == side::buy ? "OPENING" : "CLOSING");
          });
        });
      });
    }
  });
  return json.take();
}

std::string preference_json(const std::string& account_number) {
  json_text json;
  json.object([&] {
    json.array("accounts", [&] {
      json.object([&] {
        json.text("accountNumber", account_number);
        json.boolean("primaryAccount", true);
        json.text("type", "BROKERAGE");
        json.text("nickName", "Paper");
        json.text("accountColor", "Green");
        json.text("displayAcctId", "..." + account_number.substr(std::max<std::size_t>(3, account_number.size()) - 3));
        json.boolean("autoPositionEffect", false);
      });
    });
    // There is no stream to connect to.
    json.array("streamerInfo", [] {});
    json.array("offers", [&] {
      json.object([&] {
        json.boolean("level2Permissions", false);
        json.text("mktDataPermission", "NP");
      });
    });
  });
  return json.take();
}

std::string hours_json(const market_calendar& calendar, calendar_day day) {
  const auto session = calendar.session_of(day);
  json_text json;
  json.object([&] {
    json.object("equity", [&] {
      // A closed day has another key and no hours (facts, 5.10).
      json.object(session ? "EQ" : "equity", [&] {
        json.text("date", day_text(day));
        json.text("marketType", "EQUITY");
        json.text("product", session ? "EQ" : "equity");
        if (session) json.text("productName", "equity");
        json.boolean("isOpen", session.has_value());
        if (!session) return;
        json.object("sessionHours", [&] {
          json.array("regularMarket", [&] {
            json.object([&] {
              json.text("start", eastern_text(session->start));
              json.text("end", eastern_text(session->end));
            });
          });
        });
      });
    });
  });
  return json.take();
}

std::string quote_json(const symbol& name, const quote& q, timestamp now) {
  json_text json;
  json.object([&] {
    json.text("assetMainType", "EQUITY");
    json.text("symbol", name.str());
    json.text("quoteType", "NBBO");
    json.boolean("realtime", true);
    json.object("quote", [&] {
      json.number("askPrice", price_text(q.ask));
      json.number("bidPrice", price_text(q.bid));
      json.number("lastPrice", price_text(q.last));
      json.number("mark", price_text(q.last));
      json.integer("quoteTime", now.us / 1000);
      json.integer("tradeTime", now.us / 1000);
    });
  });
  return json.take();
}

}  // namespace hedgerow::paper
