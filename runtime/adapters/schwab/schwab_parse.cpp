#include "runtime/adapters/schwab/schwab_parse.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>

#include "runtime/adapters/schwab/json_text_numbers.hpp"

namespace hedgerow::schwab {

using problem = std::string;

expected<std::string, std::string> order_body(const order_request& request) {
  if (request.symbol.str().empty()) return unexpected(problem{"an order needs a symbol"});
  if (request.quantity == 0 || request.quantity > std::numeric_limits<std::uint32_t>::max())
    return unexpected(problem{"an order is for 1 to 4294967295 whole shares"});
  // No escaping needed: symbols are letters, digits, '.', '/' and '-'.
  return R"({"orderType":"MARKET","session":"NORMAL","duration":"DAY","orderStrategyType":"SINGLE",)"
         R"("orderLegCollection":[{"instruction":")" +
         std::string{to_string(request.side)} + R"(","quantity":)" + std::to_string(request.quantity) +
         R"(,"instrument":{"symbol":")" + request.symbol.str() + R"(","assetType":"EQUITY"}}]})";
}

std::optional<order_id> parse_order_number(std::string_view text) {
  constexpr std::size_t most_digits = 20;
  const bool number = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number && text.size() <= most_digits ? order_id::parse(text) : std::nullopt;
}

std::optional<order_id> parse_location(std::string_view location) {
  location = location.substr(0, location.find_first_of("?#"));
  const auto accounts = location.find("/trader/v1/accounts/");
  const auto orders = location.rfind("/orders/");
  if (accounts == std::string_view::npos || orders == std::string_view::npos || orders < accounts) return std::nullopt;
  return parse_order_number(location.substr(orders + std::string_view{"/orders/"}.size()));
}

expected<std::vector<ports::broker_account>, std::string> parse_accounts(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  if (!document->IsArray()) return unexpected(problem{"the list of accounts is not an array"});
  std::vector<ports::broker_account> all;
  for (const json& row : document->GetArray())
    all.push_back({std::string{string_of(member(row, "accountNumber")).value_or("")},
                   std::string{string_of(member(row, "hashValue")).value_or("")}});
  return all;
}

namespace {

/// Whether an entry can be one of an equity or fund that has no readable symbol: cash, options and the like are named.
bool may_be_stock(const json* instrument) {
  const auto type = instrument == nullptr ? std::nullopt : string_of(member(*instrument, "assetType"));
  return !type || *type == "EQUITY" || *type == "COLLECTIVE_INVESTMENT";
}

}  // namespace

expected<shares, std::string> parse_position(std::string_view body, const symbol& wanted) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  const json* account = member(*document, "securitiesAccount");
  if (account == nullptr || !account->IsObject()) return unexpected(problem{"securitiesAccount is missing"});
  shares sum;
  const json* positions = member(*account, "positions");
  if (positions == nullptr) return sum;
  if (!positions->IsArray()) return unexpected(problem{"positions is not an array"});
  for (const json& entry : positions->GetArray()) {
    const json* instrument = member(entry, "instrument");
    const auto name = instrument == nullptr ? std::nullopt : string_of(member(*instrument, "symbol"));
    if (!name && !may_be_stock(instrument)) continue;
    if (!name) return unexpected(problem{"a position has no symbol"});
    if (*name != wanted.str()) continue;
    const auto held = amount_of<shares>(entry, "longQuantity");
    if (!held) return unexpected(held.error());
    const auto owed = amount_of<shares>(entry, "shortQuantity");
    if (!owed) return unexpected(owed.error());
    const auto net = held->minus(*owed);
    const auto total = net ? sum.plus(*net) : net;
    if (!total) return unexpected(problem{"a position is too large"});
    sum = *total;
  }
  return sum;
}

expected<market_session, std::string> parse_session(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  const json* market = member(*document, "equity");
  // The inner name is EQ on open days and equity on closed ones: whichever is there (facts, 5.10).
  if (market == nullptr || !market->IsObject() || market->MemberCount() != 1)
    return unexpected(problem{"equity is missing or does not hold one market"});
  const json& day = market->MemberBegin()->value;
  const json* open = member(day, "isOpen");
  if (open == nullptr || !open->IsBool()) return unexpected(problem{"isOpen is missing"});
  market_session session;
  if (!open->GetBool()) return session;
  const json* hours = member(day, "sessionHours");
  const json* regular = hours == nullptr ? nullptr : member(*hours, "regularMarket");
  if (regular == nullptr || !regular->IsArray() || regular->Empty()) return session;
  const auto start = parse_time(string_of(member((*regular)[0], "start")).value_or(std::string_view{}));
  const auto end = parse_time(string_of(member((*regular)[0], "end")).value_or(std::string_view{}));
  if (!start || !end || *end <= *start) return unexpected(problem{"the regular hours cannot be read"});
  return market_session{true, *start, *end};
}

expected<ports::oauth_tokens, std::string> parse_tokens(std::string_view body) {
  const auto document = parse_json(body);
  if (!document) return unexpected(document.error());
  const auto access = string_of(member(*document, "access_token"));
  const auto refresh = string_of(member(*document, "refresh_token"));
  if (!access || access->empty()) return unexpected(problem{"access_token is missing"});
  if (!refresh || refresh->empty()) return unexpected(problem{"refresh_token is missing"});
  ports::oauth_tokens tokens{std::string{*access}, std::string{*refresh}};
  const auto lifetime = number_of(member(*document, "expires_in"));
  if (!lifetime) return tokens;
  std::int64_t seconds = 0;
  const auto [end, ec] = std::from_chars(lifetime->data(), lifetime->data() + lifetime->size(), seconds);
  if (ec != std::errc{} || end != lifetime->data() + lifetime->size() || seconds < 1 || seconds > 86400)
    return unexpected(problem{"expires_in is not 1 to 86400 seconds"});
  tokens.access_lifetime = std::chrono::seconds{seconds};
  return tokens;
}

std::optional<std::string> parse_callback_url(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return std::nullopt;
  auto code = http::parse_target(url).find("code");
  if (!code || code->empty()) return std::nullopt;
  return code;
}

std::string eastern_date(timestamp t) {
  using namespace std::chrono;
  const sys_time<microseconds> instant{microseconds{t.us}};
  const auto year = year_month_day{floor<days>(instant - hours{5})}.year();
  // 02:00 local on the second Sunday of March (07:00 UTC) to the first of November (06:00 UTC).
  const auto begin = sys_days{year / March / Sunday[2]} + hours{7};
  const auto end = sys_days{year / November / Sunday[1]} + hours{6};
  const bool summer = begin <= instant && instant < end;
  const year_month_day day{floor<days>(instant - hours{summer ? 4 : 5})};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

}  // namespace hedgerow::schwab
