#include "runtime/adapters/paper/order_json.hpp"

#include "runtime/adapters/paper/json_text.hpp"

namespace hedgerow::paper {
namespace {

/// Activities are numbered through the whole broker. An order has at most 200, and ids stay below 10^16
/// (paper_options).
std::int64_t activity_id(const order& o, std::int64_t activity) { return o.id * 1000 + activity; }

void write_activity(json_text& json, const order& o, std::size_t first, std::size_t end, std::int64_t left) {
  std::int64_t quantity = 0;
  for (std::size_t i = first; i < end; ++i) quantity += o.fills[i].quantity;
  json.object([&] {
    json.text("activityType", "EXECUTION");
    json.integer("activityId", activity_id(o, o.fills[first].activity));
    json.text("executionType", "FILL");
    json.quantity("quantity", quantity);
    json.quantity("orderRemainingQuantity", left - quantity);
    json.array("executionLegs", [&] {
      for (std::size_t i = first; i < end; ++i)
        json.object([&] {
          json.integer("legId", 1);
          json.number("price", price_text(o.fills[i].price));
          json.quantity("quantity", o.fills[i].quantity);
          json.quantity("mismarkedQuantity", 0);
          json.integer("instrumentId", 1);
          json.text("time", broker_time(o.fills[i].time));
        });
    });
  });
}

/// Fills nested by activity (facts, 5.6).
void write_activities(json_text& json, const order& o) {
  std::int64_t left = o.quantity;
  std::size_t first = 0;
  while (first < o.fills.size()) {
    std::size_t end = first;
    std::int64_t quantity = 0;
    while (end < o.fills.size() && o.fills[end].activity == o.fills[first].activity)
      quantity += o.fills[end++].quantity;
    write_activity(json, o, first, end, left);
    left -= quantity;
    first = end;
  }
}

void write_order(json_text& json, const order& o, const std::string& account_number) {
  const bool over = is_terminal(o.status);
  json.object([&] {
    json.text("session", "NORMAL");
    json.text("duration", "DAY");
    json.text("orderType", "MARKET");
    json.text("complexOrderStrategyType", "NONE");
    json.quantity("quantity", o.quantity);
    json.quantity("filledQuantity", o.filled);
    json.quantity("remainingQuantity", over ? 0 : o.quantity - o.filled);
    json.text("requestedDestination", "AUTO");
    json.text("destinationLinkName", "AutoRoute");
    json.array("orderLegCollection", [&] {
      json.object([&] {
        json.text("orderLegType", "EQUITY");
        json.integer("legId", 1);
        json.object("instrument", [&] {
          json.text("assetType", "EQUITY");
          json.text("symbol", o.symbol);
          json.integer("instrumentId", 1);
        });
        json.text("instruction", to_string(o.instruction));
        json.text("positionEffect", o.instruction == side::buy ? "OPENING" : "CLOSING");
        json.quantity("quantity", o.quantity);
      });
    });
    json.text("orderStrategyType", "SINGLE");
    json.integer("orderId", o.id);
    json.boolean("cancelable", !over);
    json.boolean("editable", false);
    json.text("status", o.status);
    if (!o.description.empty()) json.text("statusDescription", o.description);
    json.text("enteredTime", broker_time(o.entered));
    if (o.closed) json.text("closeTime", broker_time(*o.closed));
    json.number("accountNumber", account_number);
    if (!o.fills.empty()) json.array("orderActivityCollection", [&] { write_activities(json, o); });
  });
}

}  // namespace

std::string broker_time(timestamp t) { return to_rfc3339(t).substr(0, 19) + "+0000"; }

std::string order_json(const order& o, const std::string& account_number) {
  json_text json;
  write_order(json, o, account_number);
  return json.take();
}

std::string orders_json(const std::vector<order>& orders, const std::string& account_number) {
  json_text json;
  json.array([&] {
    for (const auto& o : orders) write_order(json, o, account_number);
  });
  return json.take();
}

std::string ledger_json(ledger& book) {
  json_text json;
  json.object([&] {
    json.array("orders", [&] {
      for (const auto& o : book.all())
        json.object([&] {
          json.integer("orderId", o.id);
          json.text("symbol", o.symbol);
          json.text("instruction", to_string(o.instruction));
          json.integer("quantity", o.quantity);
          json.integer("filledQuantity", o.filled);
          json.text("status", o.status);
          json.text("statusDescription", o.description);
          json.text("enteredTime", to_rfc3339(o.entered));
          if (o.closed) json.text("closeTime", to_rfc3339(*o.closed));
          json.array("fills", [&] {
            for (const auto& f : o.fills)
              json.object([&] {
                json.integer("quantity", f.quantity);
                json.text("price", price_text(f.price));
                json.text("time", to_rfc3339(f.time));
              });
          });
        });
    });
    json.object("positions", [&] {
      for (const auto& [name, h] : book.positions())
        json.object(name, [&] {
          json.integer("quantity", h.quantity);
          json.text("cost", h.cost.to_string());
        });
    });
    json.text("cash", book.cash().to_string());
  });
  return json.take();
}

}  // namespace hedgerow::paper
