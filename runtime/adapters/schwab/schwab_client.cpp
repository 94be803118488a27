#include "runtime/adapters/schwab/schwab_client.hpp"

#include <mutex>

#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {

using ports::broker_callback;
using ports::broker_error;
using ports::broker_failure;

namespace {

using answer = expected<http::response, http::client_error>;

class schwab_broker final : public ports::broker_api, public std::enable_shared_from_this<schwab_broker> {
 public:
  schwab_broker(std::shared_ptr<http::client> client, std::shared_ptr<ports::token_holder> tokens,
                const ports::clock& clock, schwab_options options)
      : client_{std::move(client)}, tokens_{std::move(tokens)}, clock_{clock}, options_{options} {}

  void place(ports::order_request request, ports::monotonic_time not_after,
             broker_callback<ports::placement> done) override {
    with_account<ports::placement>(done, [this, request, not_after, done](const std::string& account) {
      http::request post{"POST", account + "/orders", {{"Content-Type", "application/json"}, {"Accept", "*/*"}},
                         order_body(request)};
      call<ports::placement>(std::move(post), false, not_after, done, 201,
                             [](const http::response& r) -> expected<ports::placement, std::string> {
                               ports::placement placed;
                               if (const auto location = http::find_header(r.headers, "Location"))
                                 placed.order = order_of_location(*location);
                               placed.correlation = http::find_header(r.headers, "Schwab-Client-CorrelId").value_or("");
                               return placed;
                             });
    });
  }

  void get_order(order_id order, broker_callback<ports::broker_order> done) override {
    with_account<ports::broker_order>(done, [this, order, done](const std::string& account) {
      get<ports::broker_order>(account + "/orders/" + order.str(), done,
                               [](const http::response& r) { return parse_order(r.body); });
    });
  }

  void list_orders(timestamp from, timestamp to, broker_callback<std::vector<ports::broker_order>> done) override {
    with_account<std::vector<ports::broker_order>>(done, [this, from, to, done](const std::string& account) {
      // The API cuts times to milliseconds: round outwards, or the newest order falls out of the window.
      const std::string window = "?fromEnteredTime=" + http::percent_encode(to_iso_millis(from)) + "&toEnteredTime=" +
                                 http::percent_encode(to_iso_millis(to + std::chrono::milliseconds{1}));
      get<std::vector<ports::broker_order>>(account + "/orders" + window, done,
                                            [](const http::response& r) { return parse_orders(r.body); });
    });
  }

  void position(symbol name, broker_callback<shares> done) override {
    with_account<shares>(done, [this, name, done](const std::string& account) {
      get<shares>(account + "?fields=positions", done,
                  [name](const http::response& r) { return parse_position(r.body, name); });
    });
  }

  void session(timestamp, broker_callback<ports::market_session> done) override {
    get<ports::market_session>("/marketdata/v1/markets/equity", done,
                               [](const http::response& r) { return parse_session(r.body); });
  }

 private:
  /// Runs `then` with the account's path, which needs the hash that the broker gives for it (facts, 5.4).
  template <class T, class Then>
  void with_account(broker_callback<T> done, Then then) {
    if (const std::string known = account(); !known.empty()) return then(known);
    get<std::string>("/trader/v1/accounts/accountNumbers",
                     [self = shared_from_this(), done, then](expected<std::string, broker_error> hash) {
                       // Whatever failed here, the question itself was not sent.
                       if (!hash) {
                         auto why = hash.error();
                         if (why.kind != broker_failure::unauthorized && why.kind != broker_failure::throttled)
                           why.kind = broker_failure::not_sent;
                         return done(unexpected(why));
                       }
                       const std::string path = "/trader/v1/accounts/" + http::percent_encode(*hash);
                       {
                         const std::scoped_lock lock{self->mutex_};
                         self->account_ = path;
                       }
                       then(path);
                     },
                     [index = options_.account_index](const http::response& r) {
                       return parse_account_hash(r.body, index);
                     });
  }

  std::string account() {
    const std::scoped_lock lock{mutex_};
    return account_;
  }

  template <class T, class Parse>
  void get(std::string target, broker_callback<T> done, Parse parse) {
    call<T>({"GET", std::move(target), {{"Accept", "application/json"}}, ""}, true, std::nullopt, std::move(done), 200,
            parse);
  }

  template <class T, class Parse>
  void call(http::request request, bool repeatable, std::optional<ports::monotonic_time> write_before,
            broker_callback<T> done, int wanted, Parse parse) {
    const auto token = tokens_->get();
    if (!token) return done(unexpected(broker_error{broker_failure::not_sent, 0, "no access token; log in", {}}));
    request.headers.emplace_back("Authorization", "Bearer " + *token);
    const bool on_account = request.target.starts_with("/trader/v1/accounts/");
    client_->send(std::move(request), repeatable, write_before,
                  [self = shared_from_this(), done, wanted, parse, on_account](answer a) {
                    if (!a) return done(unexpected(classify(a.error())));
                    if (a->status != wanted) {
                      // The hash may have changed: ask for it again next time.
                      if (on_account && (a->status == 403 || a->status == 404)) self->forget_account();
                      return done(unexpected(classify(*a, self->clock_.now())));
                    }
                    auto result = parse(*a);
                    if (result) return done(std::move(*result));
                    done(unexpected(broker_error{broker_failure::malformed, a->status, result.error(), {}}));
                  });
  }

  void forget_account() {
    const std::scoped_lock lock{mutex_};
    account_.clear();
  }

  std::shared_ptr<http::client> client_;
  std::shared_ptr<ports::token_holder> tokens_;
  const ports::clock& clock_;
  schwab_options options_;
  std::mutex mutex_;
  std::string account_;
};

}  // namespace

broker_error classify(const http::client_error& error) {
  const bool certain = error.kind == http::client_failure::not_sent;
  return {certain ? broker_failure::not_sent : broker_failure::no_answer, 0, error.detail, {}};
}

broker_error classify(const http::response& answer, timestamp now) {
  broker_error e;
  e.http_status = answer.status;
  e.detail = "HTTP " + std::to_string(answer.status);
  if (const auto id = http::find_header(answer.headers, "Schwab-Client-CorrelId")) e.detail += " (" + *id + ")";
  switch (answer.status) {
    case 401: e.kind = broker_failure::unauthorized; break;
    case 404: e.kind = broker_failure::not_found; break;
    case 429:
      e.kind = broker_failure::throttled;
      if (const auto after = http::find_header(answer.headers, "Retry-After"))
        e.retry_after = parse_retry_after(*after, now);
      break;
    default:
      e.kind = answer.status >= 500   ? broker_failure::server_error
               : answer.status >= 400 ? broker_failure::refused
                                      : broker_failure::malformed;
  }
  return e;
}

std::shared_ptr<ports::broker_api> make_schwab_broker(std::shared_ptr<http::client> client,
                                                      std::shared_ptr<ports::token_holder> tokens,
                                                      const ports::clock& clock, schwab_options options) {
  return std::make_shared<schwab_broker>(std::move(client), std::move(tokens), clock, options);
}

}  // namespace hedgerow::schwab
