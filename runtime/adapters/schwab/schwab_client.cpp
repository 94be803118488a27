#include "runtime/adapters/schwab/schwab_client.hpp"

#include "runtime/adapters/schwab/account_lookup.hpp"
#include "runtime/adapters/schwab/call.hpp"
#include "runtime/adapters/schwab/order_parse.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {
namespace {

using namespace faults::literals;
using ports::broker_callback;

class schwab_broker final : public ports::broker_api {
 public:
  schwab_broker(std::shared_ptr<api_caller> caller, std::shared_ptr<ports::token_holder> tokens, schwab_options options)
      : caller_{std::move(caller)},
        accounts_{std::make_shared<account_lookup>(caller_, std::move(tokens), std::move(options.account))} {}

  void place(order_request request, deadline not_after, broker_callback<placement> done) override {
    auto body = order_body(request);
    if (!body) return done(unexpected(broker_error{broker_failure::not_sent, 0, body.error(), {}}));
    accounts_->get([caller = caller_, accounts = accounts_, body = std::move(*body), not_after,
                    done = std::move(done)](const expected<std::string, broker_error>& account) mutable {
      if (!account) return done(unexpected(unplaced(account.error())));
      http::request r{"POST",
                      "/trader/v1/accounts/" + http::percent_encode(*account) + "/orders",
                      {{"Accept", "*/*"}, {"Content-Type", "application/json"}},
                      std::move(body)};
      if (faults::strikes("broker.place.before_send"_fault))
        return done(unexpected(broker_error{broker_failure::not_sent, 0, std::string{faults::injected}, {}}));
      caller->send(std::move(r), false, not_after, [accounts, done = std::move(done)](api_answer answer) {
        if (faults::strikes("broker.place.after_send"_fault)) return done(unexpected(injected_loss()));
        if (!answer) {
          accounts->doubt(answer.error());
          return done(unexpected(std::move(answer.error())));
        }
        done(read_placement(*answer));
      });
    });
  }

  void get_order(order_id order, broker_callback<broker_order> done) override {
    if (!parse_order_number(order.str()))
      return done(unexpected(broker_error{broker_failure::not_found, 0, "Schwab's orders have numbers", {}}));
    ask_account("/orders/" + order.str(), "broker.order.after_send"_fault, "order", parse_order, std::move(done));
  }

  void list_orders(timestamp from, timestamp to, broker_callback<order_list> done) override {
    ask_account("/orders?fromEnteredTime=" + http::percent_encode(to_iso_millis(from)) +
                    "&toEnteredTime=" + http::percent_encode(to_iso_millis(round_up(to))),
                "broker.orders.after_send"_fault, "orders", parse_orders, std::move(done));
  }

  void position(hedgerow::symbol symbol, broker_callback<shares> done) override {
    ask_account(
        "?fields=positions", "broker.position.after_send"_fault, "positions",
        [symbol = std::move(symbol)](std::string_view body) { return parse_position(body, symbol); }, std::move(done));
  }

  void session(timestamp now, broker_callback<market_session> done) override {
    http::request r{
        "GET", "/marketdata/v1/markets/equity?date=" + eastern_date(now), {{"Accept", "application/json"}}, {}};
    caller_->send(std::move(r), true, std::nullopt, [done = std::move(done)](api_answer answer) {
      if (faults::strikes("broker.session.after_send"_fault)) return done(unexpected(injected_loss()));
      if (!answer) return done(unexpected(std::move(answer.error())));
      done(read<market_session>(*answer, "market hours", parse_session));
    });
  }
  [[nodiscard]] std::optional<clock_sample> newest_clock_sample() const override {
    return caller_->newest_clock_sample();
  }

 private:
  /// The order has not been sent, even if the request for the account reached the broker.
  static broker_error unplaced(broker_error why) {
    if (why.kind != broker_failure::throttled && why.kind != broker_failure::unauthorized)
      why.kind = broker_failure::not_sent;
    return why;
  }

  /// The filter has milliseconds; the end of the window must not lie before what was asked for.
  static timestamp round_up(timestamp t) { return timestamp{(t.us + 999) / 1000 * 1000}; }

  static placement read_placement(const http::response& answer) {
    return {parse_location(http::find_header(answer.headers, "Location").value_or(std::string{})),
            safe_correlation(http::find_header(answer.headers, "Schwab-Client-CorrelId").value_or(std::string{}))};
  }

  /// An identifier for support; nothing else fits in a log line.
  static std::string safe_correlation(std::string text) {
    const auto allowed = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    };
    std::erase_if(text, [&](char c) { return !allowed(c); });
    text.resize(std::min<std::size_t>(text.size(), 64));
    return text;
  }

  template <class T, class Parse>
  static expected<T, broker_error> read(const http::response& answer, const char* what, const Parse& parse) {
    auto parsed = parse(answer.body);
    if (!parsed) return unexpected(malformed(answer.status, std::string{what} + ": " + parsed.error()));
    return std::move(*parsed);
  }

  /// GET of a path below the account.
  template <class T, class Parse>
  void ask_account(std::string rest, faults::fault_id point, const char* what, Parse parse, broker_callback<T> done) {
    accounts_->get([caller = caller_, accounts = accounts_, rest = std::move(rest), point, what,
                    parse = std::move(parse),
                    done = std::move(done)](const expected<std::string, broker_error>& account) mutable {
      if (!account) return done(unexpected(account.error()));
      http::request r{
          "GET", "/trader/v1/accounts/" + http::percent_encode(*account) + rest, {{"Accept", "application/json"}}, {}};
      caller->send(std::move(r), true, std::nullopt,
                   [accounts, point, what, parse = std::move(parse), done = std::move(done)](api_answer answer) {
                     if (faults::strikes(point)) return done(unexpected(injected_loss()));
                     if (!answer) {
                       accounts->doubt(answer.error());
                       return done(unexpected(std::move(answer.error())));
                     }
                     done(read<T>(*answer, what, parse));
                   });
    });
  }

  std::shared_ptr<api_caller> caller_;
  std::shared_ptr<account_lookup> accounts_;
};

}  // namespace

std::shared_ptr<ports::broker_api> make_schwab_broker(std::shared_ptr<http::client> client,
                                                      std::shared_ptr<ports::token_holder> tokens,
                                                      const ports::clock& clock, schwab_options options) {
  auto caller = std::make_shared<api_caller>(std::move(client), tokens, clock);
  return std::make_shared<schwab_broker>(std::move(caller), std::move(tokens), std::move(options));
}

}  // namespace hedgerow::schwab
