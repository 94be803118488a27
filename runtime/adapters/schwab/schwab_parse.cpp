#include "runtime/adapters/schwab/schwab_parse.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>

namespace hedgerow::schwab {
namespace {

using rapidjson::Value;

/// Thrown inside this file only; every public function turns it into its error.
struct bad_json {
  std::string what;
};

rapidjson::Document read(std::string_view json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError()) throw bad_json{"not JSON"};
  return document;
}

const Value* find(const Value& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto it = object.FindMember(name);
  return it == object.MemberEnd() || it->value.IsNull() ? nullptr : &it->value;
}

std::string_view text_of(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

std::string_view text(const Value& object, const char* name) {
  const auto* value = find(object, name);
  if (value == nullptr || !value->IsString()) throw bad_json{std::string{name} + " is missing or not a text or number"};
  return text_of(*value);
}

std::string_view text_or(const Value& object, const char* name, std::string_view otherwise) {
  const auto* value = find(object, name);
  return value != nullptr && value->IsString() ? text_of(*value) : otherwise;
}

shares quantity(const Value& object, const char* name) {
  const auto amount = shares::parse(text(object, name));
  if (!amount) throw bad_json{std::string{name} + " is " + std::string{to_string(amount.error())}};
  return *amount;
}

/// Elements of an array member; none when it is absent.
rapidjson::Value::ConstArray elements(const Value& object, const char* name) {
  static const Value none{rapidjson::kArrayType};
  const auto* value = find(object, name);
  return (value != nullptr && value->IsArray() ? *value : none).GetArray();
}

std::optional<timestamp> time_of(const Value& object, const char* name) {
  const auto* value = find(object, name);
  if (value == nullptr || !value->IsString()) return std::nullopt;
  return parse_time(text_of(*value));
}

/// Sums quantity and price * quantity over all legs of all executions: fills are only there (facts, 5.6).
void read_legs(const Value& order, ports::broker_order& out) {
  for (const auto& activity : elements(order, "orderActivityCollection")) {
    if (text_or(activity, "activityType", "EXECUTION") != "EXECUTION") continue;
    for (const auto& leg : elements(activity, "executionLegs")) {
      const auto count = quantity(leg, "quantity");
      const auto cost = usd::parse(text(leg, "price"));
      if (!cost) throw bad_json{"price is " + std::string{to_string(cost.error())}};
      const auto notional = mul_div_round(cost->units(), count.units(), amount_unit());
      if (!notional) throw bad_json{"price times quantity does not fit"};
      const auto priced = out.priced.plus(count);
      const auto sum = out.filled_notional.plus(usd::from_units(*notional));
      if (!priced || !sum) throw bad_json{"the sum of the legs does not fit"};
      out.priced = *priced;
      out.filled_notional = *sum;
      if (const auto at = time_of(leg, "time")) out.closed_at = std::max(out.closed_at.value_or(*at), *at);
    }
  }
}

ports::broker_order to_order(const Value& json) {
  ports::broker_order out;
  const auto id = order_id::parse(text(json, "orderId"));
  if (!id) throw bad_json{"orderId is not an integer"};
  out.id = *id;
  const auto legs = elements(json, "orderLegCollection");
  if (legs.Empty()) throw bad_json{"orderLegCollection is missing or empty"};
  const auto* instrument = find(legs[0], "instrument");
  if (instrument == nullptr) throw bad_json{"instrument is missing"};
  const auto name = symbol::parse(text(*instrument, "symbol"));
  const std::string_view instruction = text(legs[0], "instruction");
  out.symbol = name.value_or(symbol{});
  out.side = instruction.starts_with("SELL") ? side::sell : side::buy;
  out.quantity = quantity(json, "quantity");
  out.filled = quantity(json, "filledQuantity");
  out.market_day = name && legs.Size() == 1 && text_or(json, "orderType", "") == "MARKET" &&
                   text_or(json, "duration", "DAY") == "DAY" && (instruction == "BUY" || instruction == "SELL");
  out.status_text = text_or(json, "status", "");
  const auto reading = read_status(out.status_text);
  out.status = reading.status;
  out.status_known = reading.known;
  read_legs(json, out);
  out.entered_at = time_of(json, "enteredTime");
  // Without closeTime the last leg tells when a filled order ended.
  if (const auto closed = time_of(json, "closeTime")) out.closed_at = closed;
  out.description = text_or(json, "statusDescription", "");
  return out;
}

template <class T, class F>
expected<T, std::string> guarded(F&& work) {
  try {
    return work();
  } catch (const bad_json& e) {
    return unexpected(e.what);
  } catch (const std::exception&) {
    return unexpected(std::string{"cannot be read"});
  }
}

}  // namespace

expected<std::string, std::string> parse_account_hash(std::string_view json, std::size_t index) {
  return guarded<std::string>([&]() -> expected<std::string, std::string> {
    const auto document = read(json);
    if (!document.IsArray()) throw bad_json{"not a list of accounts"};
    if (document.Empty()) return unexpected(std::string{"the login gives access to no account"});
    if (index >= document.Size())
      return unexpected("broker.account_index is " + std::to_string(index) + ", but there are " +
                        std::to_string(document.Size()) + " accounts; count from 0");
    return std::string{text(document[static_cast<rapidjson::SizeType>(index)], "hashValue")};
  });
}

expected<ports::broker_order, std::string> parse_order(std::string_view json) {
  return guarded<ports::broker_order>([&]() -> expected<ports::broker_order, std::string> { return to_order(read(json)); });
}

expected<std::vector<ports::broker_order>, std::string> parse_orders(std::string_view json) {
  using orders = std::vector<ports::broker_order>;
  return guarded<orders>([&]() -> expected<orders, std::string> {
    const auto document = read(json);
    if (!document.IsArray()) throw bad_json{"not a list of orders"};
    orders all;
    for (const auto& order : document.GetArray()) all.push_back(to_order(order));
    return all;
  });
}

expected<shares, std::string> parse_position(std::string_view json, const symbol& name) {
  return guarded<shares>([&]() -> expected<shares, std::string> {
    const auto document = read(json);
    const auto* account = find(document, "securitiesAccount");
    if (account == nullptr) throw bad_json{"securitiesAccount is missing"};
    shares sum;
    for (const auto& position : elements(*account, "positions")) {
      const auto* instrument = find(position, "instrument");
      if (instrument == nullptr || text_or(*instrument, "symbol", "") != name.str()) continue;
      const auto both = quantity(position, "longQuantity").minus(quantity(position, "shortQuantity"));
      const auto next = both ? sum.plus(*both) : both;
      if (!next) throw bad_json{"the position does not fit"};
      sum = *next;
    }
    return sum;
  });
}

expected<ports::market_session, std::string> parse_session(std::string_view json) {
  return guarded<ports::market_session>([&]() -> expected<ports::market_session, std::string> {
    const auto document = read(json);
    const auto* equity = find(document, "equity");
    if (equity == nullptr || !equity->IsObject() || equity->MemberCount() == 0) throw bad_json{"equity is missing"};
    // Open days say EQ, closed ones equity: whichever single object is inside (facts, 5.10).
    const Value& day = equity->MemberBegin()->value;
    const auto* open = find(day, "isOpen");
    if (open == nullptr || !open->IsBool()) throw bad_json{"isOpen is missing"};
    ports::market_session session;
    const auto* hours = find(day, "sessionHours");
    if (!open->GetBool() || hours == nullptr) return session;
    const auto regular = elements(*hours, "regularMarket");
    if (regular.Empty()) return session;
    const auto start = time_of(regular[0], "start");
    const auto end = time_of(regular[0], "end");
    if (!start || !end) throw bad_json{"regularMarket has no readable start and end"};
    return ports::market_session{true, *start, *end};
  });
}

expected<ports::oauth_tokens, std::string> parse_tokens(std::string_view json) {
  return guarded<ports::oauth_tokens>([&]() -> expected<ports::oauth_tokens, std::string> {
    const auto document = read(json);
    ports::oauth_tokens out;
    out.access_token = text(document, "access_token");
    out.refresh_token = text(document, "refresh_token");
    if (out.access_token.empty() || out.refresh_token.empty()) throw bad_json{"a token is empty"};
    const std::string_view life = text_or(document, "expires_in", "1800");
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(life.data(), life.data() + life.size(), seconds);
    if (error == std::errc{} && end == life.data() + life.size() && seconds > 0 && seconds <= 7 * 86400)
      out.access_lifetime = std::chrono::seconds{seconds};
    return out;
  });
}

std::optional<order_id> order_of_location(std::string_view location) {
  const auto accounts = location.find("/trader/v1/accounts/");
  const auto orders = location.rfind("/orders/");
  if (accounts == std::string_view::npos || orders == std::string_view::npos || orders < accounts) return std::nullopt;
  return order_id::parse(location.substr(orders + 8));
}

status_reading read_status(std::string_view word) {
  using enum ports::order_status;
  if (word == "FILLED") return {filled, true};
  if (word == "CANCELED") return {cancelled, true};
  if (word == "REJECTED") return {rejected, true};
  if (word == "EXPIRED") return {expired, true};
  constexpr std::string_view pending[] = {
      "NEW", "AWAITING_PARENT_ORDER", "AWAITING_CONDITION", "AWAITING_STOP_CONDITION", "AWAITING_MANUAL_REVIEW",
      "AWAITING_RELEASE_TIME", "AWAITING_UR_OUT", "ACCEPTED", "PENDING_ACTIVATION", "PENDING_ACKNOWLEDGEMENT",
      "PENDING_CANCEL", "PENDING_RECALL", "PENDING_REPLACE", "PENDING_REVIEW", "QUEUED", "WORKING"};
  return {working, std::find(std::begin(pending), std::end(pending), word) != std::end(pending)};
}

std::chrono::milliseconds parse_retry_after(std::string_view text, timestamp now) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc{} && end == text.data() + text.size())
    return std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 3600)};
  // An HTTP date: Fri, 29 Aug 2025 17:15:18 GMT
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return {};
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return {};
  std::string iso{text.substr(12, 4)};
  const auto number = std::to_string(month / 3 + 1);
  iso.append("-").append(number.size() == 1 ? "0" : "").append(number).append("-").append(text.substr(5, 2));
  iso.append("T").append(text.substr(17, 8)).append("Z");
  const auto at = parse_time(iso);
  if (!at || *at <= now) return {};
  return std::min<std::chrono::milliseconds>(std::chrono::duration_cast<std::chrono::milliseconds>(*at - now),
                                             std::chrono::hours{1});
}

std::string order_body(const ports::order_request& request) {
  // A symbol holds no character that JSON would have to escape.
  return R"({"orderType":"MARKET","session":"NORMAL","duration":"DAY","orderStrategyType":"SINGLE",)"
         R"("orderLegCollection":[{"instruction":")" +
         std::string{to_string(request.side)} + R"(","quantity":)" + std::to_string(request.quantity) +
         R"(,"instrument":{"symbol":")" + request.symbol.str() + R"(","assetType":"EQUITY"}}]})";
}

}  // namespace hedgerow::schwab
