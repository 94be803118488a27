// Accounts, quotes, hours, and the endpoints for checking that the real broker does not have.
#include <rapidjson/document.h>

#include <algorithm>

#include "runtime/adapters/paper/answers.hpp"
#include "runtime/adapters/paper/brokerage.hpp"
#include "runtime/adapters/paper/json_text.hpp"

namespace hedgerow::paper {

http::response brokerage::account(const http::request& request, bool all) {
  const auto fields = http::parse_target(request.target).find("fields");
  if (fields && *fields != "positions")
    return error_answer(400, "The query is not valid.", {"fields must be positions"});
  account_view view{options_.account_number, book_->cash(), book_->positions(), {}};
  for (const auto& [name, held] : view.holdings) {
    const auto parsed = symbol::parse(name);
    // A symbol that is no longer listed has no price.
    const price_units last = parsed && walk_.lists(*parsed) ? walk_.at(*parsed, now_).last : 0;
    view.prices.emplace(name, last);
  }
  const std::string json = account_json(view, fields.has_value());
  return json_answer(200, all ? "[" + json + "]" : json);
}

http::response brokerage::quotes(const http::request& request) {
  const auto list = http::parse_target(request.target).find("symbols");
  if (!list || list->empty()) return error_answer(400, "The query is not valid.", {"symbols is required"});
  if (list->size() > 10000) return error_answer(400, "The query is not valid.", {"symbols is too long"});
  json_text json;
  std::vector<std::string> unknown;
  json.object([&] {
    std::map<std::string, symbol> known;
    std::string_view rest = *list;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string_view text = rest.substr(0, comma);
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
      const auto name = symbol::parse(text);
      if (name && walk_.lists(*name))
        known.emplace(name->str(), *name);
      else
        unknown.emplace_back(text);
    }
    for (const auto& [text, name] : known) json.raw(text, quote_json(name, walk_.at(name, now_), now_));
    if (unknown.empty()) return;
    json.object("errors", [&] {
      json.array("invalidSymbols", [&] {
        for (const auto& text : unknown) json.item(text);
      });
    });
  });
  return json_answer(200, json.take());
}

http::response brokerage::hours(const http::request& request) {
  const auto today = eastern_day(now_);
  const auto text = http::parse_target(request.target).find("date");
  const auto day = text ? parse_day(*text) : std::optional{today};
  if (!day) return error_answer(400, "The query is not valid.", {"date must be like 2025-08-29"});
  const auto last = std::chrono::sys_days{today} + std::chrono::days{366};
  if (*day < today || std::chrono::sys_days{*day} > last)
    return error_answer(400, "The query is not valid.", {"date must be today to one year ahead"});
  return json_answer(200, hours_json(calendar_, *day));
}

http::response brokerage::hours_of_markets(const http::request& request) {
  const auto list = http::parse_target(request.target).find("markets");
  if (!list || list->empty()) return error_answer(400, "The query is not valid.", {"markets is required"});
  static constexpr std::string_view all[] = {"equity", "option", "bond", "future", "forex"};
  bool equity = false;
  for (std::string_view rest = *list; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto name = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    if (std::find(std::begin(all), std::end(all), name) == std::end(all))
      return error_answer(400, "The query is not valid.", {"markets must be of equity, option, bond, future, forex"});
    equity = equity || name == "equity";
  }
  // Nothing else is simulated.
  return equity ? hours(request) : json_answer(200, "{}");
}

http::response brokerage::transactions(const http::request& request) {
  const auto query = http::parse_target(request.target);
  std::vector<std::string> wrong;
  const auto read_time = [&](const char* name) {
    const auto text = query.find(name);
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (!time) wrong.push_back(std::string{name} + (text ? " must be like 2025-08-29T17:15:17.000Z" : " is required"));
    return time.value_or(timestamp{});
  };
  const auto from = read_time("startDate");
  const auto to = read_time("endDate");
  const auto types = query.find("types");
  if (!types || types->empty()) wrong.emplace_back("types is required");
  if (wrong.empty() && to < from) wrong.emplace_back("endDate must not be before startDate");
  if (!wrong.empty()) return error_answer(400, "The query is not valid.", wrong);
  // Trades are the only transactions of a simulated account.
  const bool trades = ("," + *types + ",").find(",TRADE,") != std::string::npos;
  return json_answer(
      200, trades ? transactions_json(book_->all(), options_.account_number, from, to, query.find("symbol")) : "[]");
}

http::response brokerage::admin(const route& to, const http::request& request) {
  const auto market = [&] {
    json_text json;
    json.object([&] { json.text("mode", to_string(calendar_.mode())); });
    return json_answer(200, json.take());
  };
  switch (to.to) {
    case endpoint::admin_ledger: return json_answer(200, ledger_json(*book_));
    case endpoint::admin_get_faults: return json_answer(200, faults_.to_json());
    case endpoint::admin_set_faults: {
      auto plan = fault_plan::parse(request.body);
      if (!plan) return error_answer(400, plan.error());
      faults_ = std::move(*plan);
      return json_answer(200, faults_.to_json());
    }
    case endpoint::admin_get_market: return market();
    case endpoint::admin_set_market: {
      rapidjson::Document json;
      json.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
      const bool has_mode =
          !json.HasParseError() && json.IsObject() && json.HasMember("mode") && json["mode"].IsString();
      const auto mode = parse_paper_market(has_mode ? std::string_view{json["mode"].GetString()} : std::string_view{});
      if (!mode) return error_answer(400, "mode: " + mode.error());
      calendar_ = market_calendar{*mode};
      release_parked();
      return market();
    }
    default: return error_answer(404, "No such path.");
  }
}

}  // namespace hedgerow::paper
