// The order endpoints (facts, 5.5 to 5.8).
#include <algorithm>

#include "runtime/adapters/paper/answers.hpp"
#include "runtime/adapters/paper/brokerage.hpp"

namespace hedgerow::paper {
namespace {

constexpr std::chrono::hours list_window{60 * 24};
/// A day of grace at either end of the window, for clocks that differ.
constexpr std::chrono::hours list_grace{24};

/// An order number in a path; never negative.
std::optional<std::int64_t> parse_id(const std::string& text) {
  const bool number = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number || text.empty() || text.size() > 18) return std::nullopt;
  return std::stoll(text);
}

/// Reads the query of a list; every problem is reported.
expected<order_query, std::vector<std::string>> parse_list(const http::url_query& q, timestamp now) {
  order_query query;
  std::vector<std::string> wrong;
  const auto read_time = [&](const char* name, timestamp& into) {
    const auto text = q.find(name);
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (time)
      into = *time;
    else
      wrong.push_back(std::string{name} + (text ? " must be like 2025-08-29T17:15:17.000Z" : " is required"));
  };
  read_time("fromEnteredTime", query.from);
  read_time("toEnteredTime", query.to);
  if (wrong.empty() && query.to < query.from) wrong.emplace_back("toEnteredTime must not be before fromEnteredTime");
  if (wrong.empty() && query.from < now - list_window - list_grace)
    wrong.emplace_back("fromEnteredTime must be within the last 60 days");
  if (const auto text = q.find("maxResults")) {
    const auto count = parse_whole(*text);
    if (count && *count >= 1)
      query.limit = *count;
    else
      wrong.emplace_back("maxResults must be a positive integer");
  }
  query.status = q.find("status");
  if (query.status && !is_documented(*query.status)) wrong.emplace_back("status is not an order status");
  if (!wrong.empty()) return unexpected(std::move(wrong));
  return query;
}

}  // namespace

std::string brokerage::order_path(std::int64_t id) const {
  return "/trader/v1/accounts/" + options_.account_hash + "/orders/" + std::to_string(id);
}

http::response brokerage::place_order(const http::request& request, const std::string& origin,
                                      const std::optional<fault_rule>& fault) {
  const auto ticket = parse_order(request.body);
  if (!ticket) return error_answer(400, "The order is not valid.", ticket.error());
  if (!walk_.lists(ticket->name)) return error_answer(400, "The order is not valid.", {"symbol is not listed"});
  order entry;
  entry.id = book_->next_order_id();
  entry.symbol = ticket->name.str();
  entry.instruction = ticket->instruction;
  entry.quantity = ticket->quantity;
  entry.status = calendar_.is_open(now_) ? "WORKING" : "AWAITING_RELEASE_TIME";
  entry.entered = now_;
  auto cause = fault;
  if (short_of_shares(*ticket)) {
    cause = fault_rule{};
    cause->kind = fault_kind::reject;
    cause->text = "Not enough shares for this sale; a short sale is not allowed.";
  }
  book_->enter(entry, plan(entry, ticket->name, cause));
  // Fills that are due at once are visible to the next look.
  book_->settle(now_);
  return {201, {{"Location", origin + order_path(entry.id)}, {"Cache-Control", "no-store"}}, ""};
}

std::vector<order_event> brokerage::plan(const order& o, const symbol& name, const std::optional<fault_rule>& fault) {
  const auto open = calendar_.next_open(now_);
  if (!open) return {};
  const order_terms terms{o.id, o.instruction, o.quantity, *open, calendar_.close_after(*open)};
  const fill_profile profile{options_.seed, options_.fill_delay_min, options_.fill_delay_max, options_.fill_legs_max};
  auto events = plan_order(terms, profile, fault, [&](timestamp t) {
    const quote q = walk_.at(name, t);
    return o.instruction == side::buy ? q.ask : q.bid;
  });
  if (*open > now_) events.insert(events.begin(), order_event{*open, 0, 0, 0, "WORKING", {}});
  return events;
}

bool brokerage::short_of_shares(const order_ticket& ticket) {
  if (!options_.require_inventory || ticket.instruction == side::buy) return false;
  const auto held = book_->positions();
  const auto entry = held.find(ticket.name.str());
  const std::int64_t free = (entry == held.end() ? 0 : entry->second.quantity) - book_->open_sells(ticket.name.str());
  return free < ticket.quantity;
}

void brokerage::release_parked() {
  for (const auto& o : book_->parked()) {
    const auto name = symbol::parse(o.symbol);
    // A symbol that a changed configuration no longer lists stays parked.
    if (!name || !walk_.lists(*name)) continue;
    auto events = plan(o, *name, std::nullopt);
    if (!events.empty()) book_->plan(o.id, events);
  }
}

void brokerage::spoil_location(http::response& answer, fault_kind kind, const std::string& origin) {
  if (kind != fault_kind::missing_location && kind != fault_kind::wrong_location) return;
  std::erase_if(answer.headers, [](const auto& h) { return h.first == "Location"; });
  if (kind == fault_kind::missing_location) return;
  // The order before this one, or, if there is none, an unused number.
  const std::int64_t own = book_->next_order_id() - 1;
  const std::int64_t other = book_->find(own - 1) ? own - 1 : own + 1'000'000;
  answer.headers.emplace_back("Location", origin + order_path(other));
}

http::response brokerage::list_orders(const http::request& request) {
  const auto query = parse_list(http::parse_target(request.target), now_);
  if (!query) return error_answer(400, "The query is not valid.", query.error());
  return json_answer(200, orders_json(book_->list(*query), options_.account_number));
}

http::response brokerage::get_order(const std::string& id) {
  const auto number = parse_id(id);
  if (!number) return error_answer(400, "The order id is not valid.", {"orderId must be an integer"});
  const auto found = book_->find(*number);
  if (!found) return error_answer(404, "Order not found.");
  return json_answer(200, order_json(*found, options_.account_number));
}

http::response brokerage::cancel_order(const std::string& id) {
  const auto number = parse_id(id);
  if (!number) return error_answer(400, "The order id is not valid.", {"orderId must be an integer"});
  if (!book_->find(*number)) return error_answer(404, "Order not found.");
  if (!book_->cancel(*number, now_)) return error_answer(400, "The order can not be canceled.", {"It has ended."});
  return {200, {{"Cache-Control", "no-store"}}, ""};
}

}  // namespace hedgerow::paper
