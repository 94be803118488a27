#include "runtime/adapters/schwab/order_parse.hpp"

#include <algorithm>
#include <array>

#include "runtime/adapters/schwab/json_text_numbers.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {
namespace {

using problem = std::string;

struct status_row {
  std::string_view text;
  status_reading reading;
};

/// UNKNOWN and REPLACED are documented but need a look: this program never replaces an order (facts, 5.7).
constexpr std::array<status_row, 22> statuses{{
    {"NEW", {order_status::working, true}},
    {"AWAITING_PARENT_ORDER", {order_status::working, true}},
    {"AWAITING_CONDITION", {order_status::working, true}},
    {"AWAITING_STOP_CONDITION", {order_status::working, true}},
    {"AWAITING_MANUAL_REVIEW", {order_status::working, true}},
    {"AWAITING_RELEASE_TIME", {order_status::working, true}},
    {"AWAITING_UR_OUT", {order_status::working, true}},
    {"ACCEPTED", {order_status::working, true}},
    {"PENDING_ACTIVATION", {order_status::working, true}},
    {"PENDING_ACKNOWLEDGEMENT", {order_status::working, true}},
    {"PENDING_CANCEL", {order_status::working, true}},
    {"PENDING_RECALL", {order_status::working, true}},
    {"PENDING_REPLACE", {order_status::working, true}},
    {"PENDING_REVIEW", {order_status::working, true}},
    {"QUEUED", {order_status::working, true}},
    {"WORKING", {order_status::working, true}},
    {"FILLED", {order_status::filled, true}},
    {"CANCELED", {order_status::cancelled, true}},
    {"REJECTED", {order_status::rejected, true}},
    {"EXPIRED", {order_status::expired, true}},
    {"REPLACED", {order_status::working, false}},
    {"UNKNOWN", {order_status::working, false}},
}};

std::string_view text_of(const json& object, const char* name) {
  return string_of(member(object, name)).value_or(std::string_view{});
}

std::optional<timestamp> time_of(const json& object, const char* name) { return parse_time(text_of(object, name)); }

/// The symbol of an order, and whether it is bought or sold.
struct what {
  hedgerow::symbol symbol;
  hedgerow::side side = side::buy;
  /// BUY or SELL, not a short sale or its cover.
  bool plain = true;
};

/// Nothing when it is certainly not one equity or fund; an error when it may be one and cannot be read.
using leg_reading = expected<std::optional<what>, unreadable_order>;

leg_reading cannot_read(std::optional<hedgerow::symbol> about, const char* why) {
  return unexpected(unreadable_order{std::move(about), std::nullopt, why});
}

leg_reading read_leg(const json& order) {
  const json* legs = member(order, "orderLegCollection");
  // The order of a strategy holds its orders in childOrderStrategies.
  if (legs == nullptr && string_of(member(order, "orderStrategyType")).value_or("SINGLE") != "SINGLE")
    return std::nullopt;
  if (legs == nullptr || !legs->IsArray() || legs->Empty())
    return cannot_read({}, "orderLegCollection is missing or empty");
  if (legs->Size() > 1) return std::nullopt;
  const json& leg = (*legs)[0];
  const json* instrument = member(leg, "instrument");
  if (instrument == nullptr) return cannot_read({}, "instrument is missing");
  // Funds traded on an exchange are hedged like shares and may be reported as such.
  const auto type = string_of(member(*instrument, "assetType"));
  if (type && *type != "EQUITY" && *type != "COLLECTIVE_INVESTMENT") return std::nullopt;
  const auto spelled = string_of(member(*instrument, "symbol"));
  if (!spelled || spelled->empty()) return cannot_read({}, "symbol is missing");
  const auto name = symbol::parse(*spelled);
  // Nothing is hedged under a name that is no symbol.
  if (!name) return std::nullopt;
  if (!type) return cannot_read(*name, "assetType is missing");
  const auto instruction = text_of(leg, "instruction");
  if (instruction.empty()) return cannot_read(*name, "instruction is missing");
  if (instruction == "BUY") return what{*name, side::buy, true};
  if (instruction == "SELL") return what{*name, side::sell, true};
  if (instruction == "BUY_TO_COVER") return what{*name, side::buy, false};
  if (instruction == "SELL_SHORT") return what{*name, side::sell, false};
  return std::nullopt;
}

/// Adds one leg's price * quantity; exact to 18 decimals, far beyond what prices and shares have.
expected<void, problem> add_leg(const json& leg, broker_order& out) {
  const auto quantity = amount_of<shares>(leg, "quantity");
  if (!quantity) return unexpected("executionLegs." + quantity.error());
  const auto price = amount_of<usd>(leg, "price");
  if (!price) return unexpected("executionLegs." + price.error());
  if (quantity->sign() < 0 || price->sign() < 0) return unexpected(problem{"executionLegs holds a negative amount"});
  const auto product = mul_div_round(price->units(), quantity->units(), amount_unit());
  if (!product) return unexpected(problem{"executionLegs: the amount is too large"});
  const auto notional = out.filled_notional.plus(usd::from_units(*product));
  const auto priced = out.priced.plus(*quantity);
  if (!notional || !priced) return unexpected(problem{"executionLegs: the sum is too large"});
  out.filled_notional = *notional;
  out.priced = *priced;
  return {};
}

/// Executions are nested: activities, then legs. Gives the time of the last leg.
expected<std::optional<timestamp>, problem> read_executions(const json& order, broker_order& out) {
  std::optional<timestamp> last;
  const json* activities = member(order, "orderActivityCollection");
  if (activities == nullptr) return last;
  if (!activities->IsArray()) return unexpected(problem{"orderActivityCollection is not an array"});
  for (const json& activity : activities->GetArray()) {
    if (string_of(member(activity, "activityType")).value_or("EXECUTION") != "EXECUTION") continue;
    if (string_of(member(activity, "executionType")).value_or("FILL") != "FILL") continue;
    const json* legs = member(activity, "executionLegs");
    if (legs == nullptr) continue;
    if (!legs->IsArray()) return unexpected(problem{"executionLegs is not an array"});
    for (const json& leg : legs->GetArray()) {
      if (auto added = add_leg(leg, out); !added) return unexpected(std::move(added.error()));
      if (const auto time = time_of(leg, "time")) last = last ? std::max(*last, *time) : *time;
    }
  }
  return last;
}

expected<bool, problem> is_market_day(const json& order, const what& traded) {
  const auto type = string_of(member(order, "orderType"));
  const auto duration = string_of(member(order, "duration"));
  if (!type || !duration) return unexpected(problem{"orderType or duration is missing"});
  return traded.plain && *type == "MARKET" && *duration == "DAY" &&
         string_of(member(order, "session")).value_or("NORMAL") == "NORMAL" &&
         string_of(member(order, "orderStrategyType")).value_or("SINGLE") == "SINGLE";
}

expected<void, problem> read_quantities(const json& order, broker_order& out) {
  const auto quantity = amount_of<shares>(order, "quantity");
  if (!quantity) return unexpected(quantity.error());
  const auto filled = amount_of<shares>(order, "filledQuantity");
  if (!filled) return unexpected(filled.error());
  if (quantity->sign() < 0 || filled->sign() < 0) return unexpected(problem{"a quantity is negative"});
  out.quantity = *quantity;
  out.filled = *filled;
  return {};
}

std::optional<order_id> id_of(const json& order) {
  return parse_order_number(number_of(member(order, "orderId")).value_or(std::string_view{}));
}

expected<broker_order, problem> read_order(const json& order, const what& traded) {
  broker_order out;
  const auto id = id_of(order);
  if (!id) return unexpected(problem{"orderId is missing or not an integer"});
  out.id = *id;
  out.symbol = traded.symbol;
  out.side = traded.side;
  const auto market_day = is_market_day(order, traded);
  if (!market_day) return unexpected(market_day.error());
  out.market_day = *market_day;
  out.status_text = text_of(order, "status").substr(0, 64);
  const auto reading = read_status(out.status_text);
  out.status = reading.status;
  out.status_known = reading.known;
  if (auto done = read_quantities(order, out); !done) return unexpected(std::move(done.error()));
  const auto last_leg = read_executions(order, out);
  if (!last_leg) return unexpected(last_leg.error());
  out.entered_at = time_of(order, "enteredTime");
  out.closed_at = time_of(order, "closeTime");
  out.last_fill_at = *last_leg;
  if (!out.closed_at && out.status != order_status::working) out.closed_at = *last_leg;
  out.description = safe_text(text_of(order, "statusDescription"));
  return out;
}

}  // namespace

status_reading read_status(std::string_view text) {
  const auto row = std::find_if(statuses.begin(), statuses.end(), [&](const auto& r) { return r.text == text; });
  return row == statuses.end() ? status_reading{} : row->reading;
}

expected<broker_order, std::string> parse_order(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  const auto traded = read_leg(*document);
  if (!traded) return unexpected(traded.error().why);
  if (!*traded) return unexpected(problem{"not an order for one equity"});
  return read_order(*document, **traded);
}

expected<order_list, std::string> parse_orders(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  if (!document->IsArray()) return unexpected(problem{"the list of orders is not an array"});
  if (document->Size() >= max_listed_orders)
    return unexpected("the list of orders is cut at " + std::to_string(max_listed_orders) + ": ask for less time");
  order_list result;
  for (const json& order : document->GetArray()) {
    const auto traded = read_leg(order);
    if (!traded) {
      result.unreadable.push_back({traded.error().symbol, id_of(order), traded.error().why});
      continue;
    }
    if (!*traded) continue;
    auto read = read_order(order, **traded);
    if (read) {
      result.orders.push_back(std::move(*read));
    } else {
      result.unreadable.push_back({(*traded)->symbol, id_of(order), std::move(read.error())});
    }
  }
  return result;
}

}  // namespace hedgerow::schwab
