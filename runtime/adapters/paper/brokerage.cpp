#include "runtime/adapters/paper/brokerage.hpp"

#include "runtime/adapters/paper/answers.hpp"
#include "runtime/adapters/paper/json_text.hpp"

namespace hedgerow::paper {
namespace {

/// Shaped like the broker's: a UUID.
std::string correlation_id() {
  const auto hex = [](std::uint64_t v, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto c = text.rbegin(); c != text.rend(); ++c, v >>= 4U) *c = "0123456789abcdef"[v & 15U];
    return text;
  };
  const std::string entropy = random_text(24);
  const std::uint64_t a = draw(1, entropy, 0), b = draw(2, entropy, 0);
  return hex(a >> 32U, 8) + "-" + hex(a >> 16U, 4) + "-4" + hex(a, 3) + "-a" + hex(b >> 48U, 3) + "-" + hex(b, 12);
}

outcome answered(http::response response) { return {outcome::action::answer, {}, std::move(response)}; }

http::response throttled(std::chrono::seconds retry_after) {
  auto answer = error_answer(429, "Too many requests.");
  answer.headers.emplace_back("Retry-After", std::to_string(retry_after.count()));
  return answer;
}

/// A fault that strikes before anything is done; nothing when it strikes later.
std::optional<outcome> before(const fault_rule& fault, bool second_attempt) {
  switch (fault.kind) {
    case fault_kind::drop_before: return outcome{outcome::action::close, {}, {}};
    case fault_kind::error_before: return answered(error_answer(fault.status, "Service unavailable."));
    case fault_kind::throttle: return answered(throttled(fault.retry_after));
    case fault_kind::not_found: return answered(error_answer(404, "Order not found."));
    case fault_kind::late_record:
      if (second_attempt) return std::nullopt;
      return outcome{outcome::action::again, fault.delay, {}};
    default: return std::nullopt;
  }
}

/// What a fault makes of a good answer.
outcome after(const fault_rule& fault, http::response answer) {
  switch (fault.kind) {
    case fault_kind::lost_reply: return {outcome::action::close, {}, {}};
    case fault_kind::truncated: return {outcome::action::truncate, {}, std::move(answer)};
    case fault_kind::error_after: return answered(error_answer(fault.status, "Internal error."));
    case fault_kind::slow: return {outcome::action::answer, fault.delay, std::move(answer)};
    case fault_kind::garbage: return answered(json_answer(200, "{\"orderId\": 10040555, \"status\": \"FIL"));
    default: return answered(std::move(answer));
  }
}

}  // namespace

expected<std::unique_ptr<brokerage>, std::string> brokerage::open(const paper_options& options,
                                                                  const ports::clock& clock) {
  if (const auto valid = validate(options); !valid) return unexpected(valid.error());
  auto faults = fault_plan::parse(options.faults);
  if (!faults) return unexpected(faults.error());
  std::map<std::string, price_units> prices;
  for (const auto& [name, text] : options.start_prices) prices.emplace(name, *parse_price(text));
  auto book = ledger::open(options, clock.now());
  if (!book) return unexpected(book.error());
  try {
    std::unique_ptr<brokerage> broker{
        new brokerage{options, clock, std::move(*book), std::move(*faults), std::move(prices)}};
    broker->set_market(options.market);
    return broker;
  } catch (const std::exception& e) {
    return unexpected("paper ledger '" + options.ledger + "': " + e.what());
  }
}

brokerage::brokerage(const paper_options& options, const ports::clock& clock, std::unique_ptr<ledger> book,
                     fault_plan faults, std::map<std::string, price_units> prices)
    : options_{options},
      clock_{clock},
      book_{std::move(book)},
      tokens_{book_->database(), options},
      desk_{tokens_, options},
      walk_{options.seed, std::move(prices), book_->created()},
      calendar_{options.market},
      faults_{std::move(faults)},
      limit_{options.calls_per_minute} {}

outcome brokerage::handle(const http::request& request, const std::string& origin, bool second_attempt) {
  const std::lock_guard lock{mutex_};
  try {
    now_ = clock_.now();
    book_->settle(now_);
    return route_request(request, origin, second_attempt);
  } catch (const std::exception& e) {
    // SQLite: disk full, file damaged or locked by another process.
    return answered(error_answer(500, std::string{"The paper ledger failed: "} + e.what()));
  }
}

outcome brokerage::route_request(const http::request& request, const std::string& origin, bool second_attempt) {
  const auto to = resolve(request.method, http::parse_target(request.target).path);
  if (!to || (is_admin(to->to) && !options_.admin_endpoints))
    return answered(!to && to.error() == 405 ? error_answer(405, "Method not allowed.")
                                             : error_answer(404, "No such path."));
  if (to->to == endpoint::login_page) return answered(desk_.login_page(request));
  if (to->to == endpoint::log_in) return answered(desk_.log_in(request, now_));
  if (is_admin(to->to)) return answered(admin(*to, request));
  auto result = serve_api(*to, request, origin, second_attempt);
  result.response.headers.emplace_back("Schwab-Client-CorrelId", correlation_id());
  return result;
}

std::optional<http::response> brokerage::gate(const route& to, const http::request& request) {
  if (to.to == endpoint::token) return std::nullopt;
  if (!desk_.authorized(request, now_)) {
    auto answer = error_answer(401, "Unauthorized.", {"The access token is invalid or has expired."});
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (const auto wait = limit_.take(clock_.monotonic())) return throttled(*wait);
  if (!to.account.empty() && to.account != options_.account_hash) return error_answer(404, "Account not found.");
  return std::nullopt;
}

outcome brokerage::serve_api(const route& to, const http::request& request, const std::string& origin,
                             bool second_attempt) {
  if (auto refusal = gate(to, request)) return answered(std::move(*refusal));
  fault_decision faults;
  if (!second_attempt) {
    std::string about;
    if (to.to == endpoint::place_order)
      if (const auto ticket = parse_order(request.body)) about = ticket->name.str();
    faults = faults_.decide(*operation_of(to.to), about);
  }
  if (!faults.wire) return answered(perform(to, request, origin, faults.order));
  if (auto instead = before(*faults.wire, second_attempt)) return std::move(*instead);
  auto answer = perform(to, request, origin, faults.order);
  if (answer.status == 201) spoil_location(answer, faults.wire->kind, origin);
  return after(*faults.wire, std::move(answer));
}

http::response brokerage::perform(const route& to, const http::request& request, const std::string& origin,
                                  const std::optional<fault_rule>& order_fault) {
  switch (to.to) {
    case endpoint::token: return desk_.token(request, now_);
    case endpoint::account_numbers: {
      json_text json;
      json.array([&] {
        json.object([&] {
          json.text("accountNumber", options_.account_number);
          json.text("hashValue", options_.account_hash);
        });
      });
      return json_answer(200, json.take());
    }
    case endpoint::accounts: return account(request, true);
    case endpoint::account: return account(request, false);
    case endpoint::transactions: return transactions(request);
    case endpoint::user_preference: return json_answer(200, preference_json(options_.account_number));
    case endpoint::place_order: return place_order(request, origin, order_fault);
    case endpoint::list_orders:
    case endpoint::list_all_orders: return list_orders(request);
    case endpoint::get_order: return get_order(to.order);
    case endpoint::cancel_order: return cancel_order(to.order);
    case endpoint::quotes: return quotes(request);
    case endpoint::hours: return hours(request);
    case endpoint::hours_of_markets: return hours_of_markets(request);
    default: return error_answer(404, "No such path.");
  }
}

std::string brokerage::ledger_text() {
  const std::lock_guard lock{mutex_};
  book_->settle(clock_.now());
  return ledger_json(*book_);
}

expected<void, std::string> brokerage::set_faults(std::string_view text) {
  auto plan = fault_plan::parse(text);
  if (!plan) return unexpected(plan.error());
  const std::lock_guard lock{mutex_};
  faults_ = std::move(*plan);
  return {};
}

void brokerage::set_market(paper_market mode) {
  const std::lock_guard lock{mutex_};
  now_ = clock_.now();
  book_->settle(now_);
  calendar_ = market_calendar{mode};
  release_parked();
}

}  // namespace hedgerow::paper
