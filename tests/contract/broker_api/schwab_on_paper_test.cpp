// The Schwab adapter and the paper broker, which were written apart from the same facts, over a real connection: what
// the port promises, and what a fault may make of a placement.
#include <gtest/gtest.h>

#include <future>

#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/adapters/schwab/schwab_client.hpp"
#include "runtime/adapters/schwab/schwab_oauth.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"
#include "runtime/adapters/credentials/token_vault.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow {
namespace {

class SchwabOnPaperTest : public ::testing::Test {
 protected:
  SchwabOnPaperTest() {
    paper::paper_options options;
    options.app_key = "key";
    options.app_secret = "secret";
    options.redirect_uri = "https://127.0.0.1/callback";
    options.start_positions = {{"AAPL", "100"}, {"MSFT", "-3"}};
    options.fill_delay_min = std::chrono::milliseconds{1};
    options.fill_delay_max = std::chrono::milliseconds{10};
    auto started = paper::start_paper_broker(options, clock);
    if (!started) throw std::runtime_error{started.error()};
    house = std::move(*started);
    http::client_options to;
    to.origin = house->origin();
    to.request_timeout = std::chrono::milliseconds{2000};
    client = *http::make_client(to, clock);
    oauth = schwab::make_schwab_oauth(client, {house->origin(), "key", "secret", "https://127.0.0.1/callback"});
    broker = schwab::make_schwab_broker(client, tokens, clock, {});
  }

  template <class T, class Call>
  expected<T, broker_error> wait_for(const Call& call) {
    auto promise = std::make_shared<std::promise<expected<T, broker_error>>>();
    auto future = promise->get_future();
    call([promise](expected<T, broker_error> r) { promise->set_value(std::move(r)); });
    return future.get();
  }

  /// What a person does in the browser; gives the URL that the browser is sent to.
  std::string browse(const std::string& authorize_url) {
    http::request form{"POST", "/v1/oauth/authorize", {{"Content-Type", "application/x-www-form-urlencoded"}},
                       authorize_url.substr(authorize_url.find('?') + 1)};
    std::promise<std::string> location;
    client->send(std::move(form), false, std::nullopt, [&](const expected<http::response, http::client_error>& r) {
      location.set_value(r ? http::find_header(r->headers, "Location").value_or("") : r.error().detail);
    });
    return location.get_future().get();
  }

  ports::oauth_tokens log_in() {
    const auto code = schwab::parse_callback_url(browse(oauth->authorize_url("state/1")));
    if (!code) throw std::runtime_error{"no code"};
    auto granted = wait_for<ports::oauth_tokens>([&](auto done) { oauth->exchange_code(*code, done); });
    if (!granted) throw std::runtime_error{granted.error().detail};
    tokens->set(granted->access_token);
    return *granted;
  }

  void faults(const std::string& plan) {
    const auto set = house->set_faults(plan);
    ASSERT_TRUE(set) << set.error();
  }

  expected<placement, broker_error> place(side s, std::uint64_t quantity) {
    return wait_for<placement>([&](auto done) {
      broker->place({aapl, s, quantity},
                    {clock.monotonic() + std::chrono::seconds{10}, clock.now() + std::chrono::seconds{10}}, done);
    });
  }
  expected<broker_order, broker_error> get(const order_id& id) {
    return wait_for<broker_order>([&](auto done) { broker->get_order(id, done); });
  }
  std::vector<broker_order> all_orders() {
    const auto now = clock.now();
    auto listed = wait_for<order_list>(
        [&](auto done) { broker->list_orders(now - std::chrono::hours{1}, now + std::chrono::seconds{1}, done); });
    EXPECT_TRUE(listed) << listed.error().detail;
    return listed ? listed->orders : std::vector<broker_order>{};
  }
  std::string position(const symbol& of) {
    const auto held = wait_for<shares>([&](auto done) { broker->position(of, done); });
    return held ? held->to_string() : held.error().detail;
  }
  /// The order once it is over.
  broker_order finished(const order_id& id) {
    broker_order last;
    EXPECT_TRUE(test::eventually([&] {
      const auto order = get(id);
      if (order) last = *order;
      return order && order->status != order_status::working;
    }));
    return last;
  }

  adapters::system_clock clock;
  std::unique_ptr<paper::paper_broker> house;
  std::shared_ptr<http::client> client;
  std::shared_ptr<ports::oauth_api> oauth;
  std::shared_ptr<ports::token_holder> tokens = credentials::make_token_holder();
  std::shared_ptr<ports::broker_api> broker;
  const symbol aapl = *symbol::parse("AAPL");
};

TEST_F(SchwabOnPaperTest, AnOrderIsPlacedFilledListedAndHeld) {
  (void)log_in();
  const auto placed = place(side::buy, 7);
  ASSERT_TRUE(placed) << placed.error().detail;
  ASSERT_TRUE(placed->order);
  const auto order = finished(*placed->order);
  EXPECT_EQ(order.status, order_status::filled);
  EXPECT_TRUE(order.status_known);
  EXPECT_TRUE(order.market_day);
  EXPECT_EQ(order.id, *placed->order);
  EXPECT_EQ(order.symbol, aapl);
  EXPECT_EQ(order.side, side::buy);
  EXPECT_EQ(order.quantity, shares::from_whole(7));
  EXPECT_EQ(order.filled, shares::from_whole(7));
  EXPECT_EQ(order.priced, shares::from_whole(7));
  EXPECT_EQ(order.filled_notional.sign(), 1);
  ASSERT_TRUE(order.entered_at && order.closed_at);
  EXPECT_LE(*order.entered_at, *order.closed_at + std::chrono::seconds{1});
  const auto listed = all_orders();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.front().id, *placed->order);
  EXPECT_EQ(position(aapl), "107");
  EXPECT_EQ(position(*symbol::parse("MSFT")), "-3");
  EXPECT_EQ(position(*symbol::parse("TSLA")), "0");
}

TEST_F(SchwabOnPaperTest, TheSessionIsThatOfTheMarket) {
  (void)log_in();
  const auto ask = [&] {
    const auto s = wait_for<market_session>([&](auto done) { broker->session(clock.now(), done); });
    EXPECT_TRUE(s) << s.error().detail;
    return s.value_or(market_session{});
  };
  EXPECT_TRUE(ask().is_open(clock.now()));
  ASSERT_TRUE(house->set_market(paper::market_mode::closed));
  EXPECT_FALSE(ask().open_today);
}

TEST_F(SchwabOnPaperTest, ACodeWorksOnceAndARefreshGivesAValidToken) {
  const auto code = schwab::parse_callback_url(browse(oauth->authorize_url("s")));
  ASSERT_TRUE(code);
  const auto exchange = [&] {
    return wait_for<ports::oauth_tokens>([&](auto done) { oauth->exchange_code(*code, done); });
  };
  const auto first = exchange();
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_FALSE(exchange());
  const auto refreshed = wait_for<ports::oauth_tokens>([&](auto done) { oauth->refresh(first->refresh_token, done); });
  ASSERT_TRUE(refreshed) << refreshed.error().detail;
  tokens->set(refreshed->access_token);
  EXPECT_EQ(position(aapl), "100");
  const auto dead = wait_for<ports::oauth_tokens>([&](auto done) { oauth->refresh("not-a-token", done); });
  ASSERT_FALSE(dead);
  EXPECT_TRUE(dead.error().kind == broker_failure::unauthorized || dead.error().kind == broker_failure::refused)
      << dead.error().detail;
}

TEST_F(SchwabOnPaperTest, AWrongTokenIsUnauthorized) {
  tokens->set("wrong");
  const auto placed = place(side::buy, 1);
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::unauthorized) << placed.error().detail;
}

/// The one rule that matters: an order reported as not processed is not in the broker's book, and an order in the book
/// was reported as placed or unknown.
TEST_F(SchwabOnPaperTest, UnderEveryFaultTheClaimAboutAPlacementIsTrue) {
  (void)log_in();
  ASSERT_EQ(position(aapl), "100");
  struct row {
    std::string fault;
    broker_failure kind;
    bool in_book;
  };
  for (const auto& r : std::vector<row>{
           {R"("kind":"drop_before")", broker_failure::no_answer, false},
           {R"("kind":"lost_reply")", broker_failure::no_answer, true},
           {R"("kind":"truncated")", broker_failure::no_answer, true},
           {R"("kind":"error_before","status":500)", broker_failure::server_error, false},
           {R"("kind":"error_after","status":503)", broker_failure::server_error, true},
           {R"("kind":"throttle","retry_after_s":3)", broker_failure::throttled, false},
           {R"("kind":"slow","delay_ms":2500)", broker_failure::no_answer, true},
       }) {
    const auto before = all_orders().size();
    faults(R"([{"operation":"place","nth":1,)" + r.fault + "}]");
    const auto placed = place(side::sell, 1);
    ASSERT_FALSE(placed) << r.fault;
    EXPECT_EQ(placed.error().kind, r.kind) << r.fault << ": " << placed.error().detail;
    if (r.kind == broker_failure::throttled) {
      EXPECT_EQ(placed.error().retry_after, std::chrono::seconds{3});
    }
    EXPECT_EQ(all_orders().size(), before + (r.in_book ? 1U : 0U)) << r.fault;
  }
}

TEST_F(SchwabOnPaperTest, APlacementWithoutLocationIsFoundInTheList) {
  (void)log_in();
  for (const char* kind : {"missing_location", "garbage"}) {
    const auto before = all_orders().size();
    faults(R"([{"operation":"place","nth":1,"kind":")" + std::string{kind} + "\"}]");
    const auto placed = place(side::buy, 2);
    ASSERT_TRUE(placed) << kind << placed.error().detail;
    EXPECT_FALSE(placed->order) << kind;
    EXPECT_EQ(all_orders().size(), before + 1);
  }
}

TEST_F(SchwabOnPaperTest, QuestionsSurviveOrReportTheirFaults) {
  (void)log_in();
  const auto placed = place(side::buy, 1);
  ASSERT_TRUE(placed && placed->order);
  const auto under = [&](const std::string& fault) {
    EXPECT_TRUE(get(*placed->order));  // leaves a kept-alive connection
    EXPECT_TRUE(house->set_faults(R"([{"operation":"get","nth":1,)" + fault + "}]"));
    return get(*placed->order);
  };
  EXPECT_EQ(under(R"("kind":"not_found")").error().kind, broker_failure::not_found);
  EXPECT_EQ(under(R"("kind":"garbage")").error().kind, broker_failure::malformed);
  EXPECT_EQ(under(R"("kind":"truncated")").error().kind, broker_failure::no_answer);
  EXPECT_TRUE(under(R"("kind":"drop_before")")) << "a question is asked again when a kept-alive connection ends";
}

TEST_F(SchwabOnPaperTest, EveryEndOfAnOrderIsRead) {
  (void)log_in();
  for (const auto& [fault, status] : std::vector<std::pair<std::string, order_status>>{
           {R"("kind":"reject","text":"no buying power")", order_status::rejected},
           {R"("kind":"expire")", order_status::expired},
           {R"("kind":"partial_then_cancel","part":"0.5","delay_ms":1)", order_status::cancelled}}) {
    faults(R"([{"operation":"place","nth":1,)" + fault + "}]");
    const auto placed = place(side::buy, 10);
    ASSERT_TRUE(placed && placed->order) << fault;
    const auto order = finished(*placed->order);
    EXPECT_EQ(order.status, status) << fault;
    EXPECT_TRUE(order.closed_at) << fault;
    EXPECT_EQ(order.filled, shares::from_whole(status == order_status::cancelled ? 5 : 0)) << fault;
    EXPECT_EQ(order.priced, order.filled) << fault;
    if (status == order_status::rejected) {
      EXPECT_EQ(order.description, "no buying power");
    }
  }
}

}  // namespace
}  // namespace hedgerow
