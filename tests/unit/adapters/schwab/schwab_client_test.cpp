#include "runtime/adapters/schwab/schwab_client.hpp"

#include "api_fixture.hpp"
#include "messages/faults/fault_plan.hpp"
#include "runtime/adapters/credentials/token_vault.hpp"

namespace hedgerow::schwab {
namespace {

using namespace hedgerow::test;

const std::string accounts = R"([{"accountNumber":"123456789","hashValue":"ABC123DEF456"},)"
                             R"({"accountNumber":"987654321","hashValue":"XYZ789"}])";
const std::string ask_accounts = "GET /trader/v1/accounts/accountNumbers";
const std::string post_order = "POST /trader/v1/accounts/ABC123DEF456/orders";

std::string order_json(const std::string& id) {
  return R"({"session":"NORMAL","duration":"DAY","orderType":"MARKET","quantity":5.0,"filledQuantity":0.0,"orderId":)" +
         id +
         R"(,"status":"WORKING","orderStrategyType":"SINGLE","orderLegCollection":[{"instruction":"BUY",)"
         R"("instrument":{"assetType":"EQUITY","symbol":"AAPL"}}]})";
}

class SchwabClientTest : public api_test {
 protected:
  SchwabClientTest() {
    tokens->set("the-token");
    answer_to_all({200, {}, "{}"});
  }

  /// accountNumbers is answered properly, everything else with `r`.
  void answer_to_all(http::response r) {
    answer_with([r](const http::request& asked) {
      return asked.target.ends_with("/accountNumbers") ? http::response{200, {}, accounts} : r;
    });
  }

  expected<placement, broker_error> place(std::chrono::seconds lease = std::chrono::seconds{5}) {
    return wait_for<placement>([&](auto done) {
      broker->place({*symbol::parse("AAPL"), side::buy, 100}, {clock.monotonic() + lease, clock.now() + lease}, done);
    });
  }

  expected<broker_order, broker_error> get_order() {
    return wait_for<broker_order>([&](auto done) { broker->get_order(*order_id::parse("7"), done); });
  }

  std::shared_ptr<ports::token_holder> tokens = credentials::make_token_holder();
  std::shared_ptr<ports::broker_api> broker = make_schwab_broker(client, tokens, clock, {{"123456789", {}}});
};

TEST_F(SchwabClientTest, PlacesWithTheExactRequest) {
  answer_to_all({201,
                 {{"Location", "https://api.schwabapi.com/trader/v1/accounts/ABC123DEF456/orders/1004055538123"},
                  {"Schwab-Client-CorrelId", "c0ffee-1"}},
                 ""});
  const auto placed = place();
  ASSERT_TRUE(placed) << placed.error().detail;
  EXPECT_EQ(placed->order->str(), "1004055538123");
  EXPECT_EQ(placed->correlation, "c0ffee-1");
  EXPECT_EQ(asked(), (std::vector<std::string>{ask_accounts, post_order}));
  const auto r = last_request();
  EXPECT_EQ(r.body, R"({"orderType":"MARKET","session":"NORMAL","duration":"DAY","orderStrategyType":"SINGLE",)"
                    R"("orderLegCollection":[{"instruction":"BUY","quantity":100,"instrument":{"symbol":"AAPL",)"
                    R"("assetType":"EQUITY"}}]})");
  EXPECT_EQ(http::find_header(r.headers, "Authorization"), "Bearer the-token");
  EXPECT_EQ(http::find_header(r.headers, "Content-Type"), "application/json");
  EXPECT_EQ(http::find_header(r.headers, "Accept"), "*/*");
}

TEST_F(SchwabClientTest, A201WithoutUsableLocationIsPlacedWithoutNumber) {
  for (const auto& headers : std::vector<http::headers>{{}, {{"Location", ""}}, {{"Location", "/elsewhere/7"}}}) {
    answer_to_all({201, headers, "garbage"});
    const auto placed = place();
    ASSERT_TRUE(placed);
    EXPECT_FALSE(placed->order);
  }
}

TEST_F(SchwabClientTest, APlanTakesAPlacementOrItsAnswerAway) {
  (void)get_order();  // the account is known from here on
  const faults::armed_plan armed{
      faults::parse_fault_plan({"broker.place.before_send:fail@1", "broker.place.after_send:fail@1"}).value()};
  const auto before = asked().size();
  const auto kept_back = place();
  ASSERT_FALSE(kept_back);
  EXPECT_EQ(kept_back.error().kind, broker_failure::not_sent);
  EXPECT_EQ(asked().size(), before);
  const auto unheard = place();
  ASSERT_FALSE(unheard);
  EXPECT_EQ(unheard.error().kind, broker_failure::no_answer);
  EXPECT_EQ(asked().size(), before + 1);
  EXPECT_TRUE(place());
}

TEST_F(SchwabClientTest, FailedPlacementsAreClassifiedAndNeverRepeated) {
  (void)get_order();  // the account is known from here on
  for (const auto& [status, kind] : std::vector<std::pair<int, broker_failure>>{{400, broker_failure::refused},
                                                                                {401, broker_failure::unauthorized},
                                                                                {403, broker_failure::refused},
                                                                                {404, broker_failure::not_found},
                                                                                {409, broker_failure::malformed},
                                                                                {429, broker_failure::throttled},
                                                                                {500, broker_failure::server_error},
                                                                                {503, broker_failure::server_error},
                                                                                {302, broker_failure::malformed}}) {
    tokens->set("token for " + std::to_string(status));
    answer_to_all({status, {{"Retry-After", "7"}}, R"({"message":"no, 123456789","errors":["why"]})"});
    const auto before = asked().size();
    const auto placed = place();
    ASSERT_FALSE(placed) << status;
    EXPECT_EQ(placed.error().kind, kind) << status;
    EXPECT_EQ(placed.error().http_status, status);
    EXPECT_EQ(placed.error().retry_after, std::chrono::seconds{7});
    EXPECT_EQ(placed.error().detail, "HTTP " + std::to_string(status) + ": no, ***; why");
    EXPECT_EQ(asked().size(), before + 1) << status;
  }
}

TEST_F(SchwabClientTest, APageOfSomethingInBetweenIsNotTheBrokersWordAboutAnOrder) {
  (void)get_order();
  for (const int status : {400, 403, 404})
    for (const char* body : {"<html><body>Access Denied</body></html>", "", "null", "\"no\""}) {
      answer_to_all({status, {}, body});
      const auto placed = place();
      ASSERT_FALSE(placed) << status << body;
      EXPECT_EQ(placed.error().kind, broker_failure::malformed) << status << body;
      EXPECT_EQ(placed.error().http_status, status);
      EXPECT_NE(placed.error().detail.find("in between"), std::string::npos) << placed.error().detail;
    }
}

TEST_F(SchwabClientTest, AfterA401APlacementWaitsForAnotherTokenAndQuestionsDoNot) {
  (void)get_order();
  answer_to_all({401, {}, R"({"message":"Unauthorized"})"});
  EXPECT_EQ(place().error().kind, broker_failure::unauthorized);
  const auto before = asked().size();
  EXPECT_EQ(place().error().kind, broker_failure::not_sent);
  EXPECT_EQ(asked().size(), before) << "the refused token is not sent with an order again";
  EXPECT_EQ(get_order().error().kind, broker_failure::unauthorized);
  tokens->set("another");
  answer_to_all({201, {{"Location", "/trader/v1/accounts/ABC123DEF456/orders/7"}}, ""});
  EXPECT_TRUE(place());
  EXPECT_EQ(http::find_header(last_request().headers, "Authorization"), "Bearer another");
}

TEST_F(SchwabClientTest, ARefusedTokenThatStaysTheOnlyOneIsTriedAgainAfterAWhile) {
  (void)get_order();
  answer_to_all({401, {}, R"({"message":"Unauthorized"})"});
  EXPECT_EQ(place().error().kind, broker_failure::unauthorized);
  clock.advance(std::chrono::seconds{10});
  answer_to_all({201, {{"Location", "/trader/v1/accounts/ABC123DEF456/orders/7"}}, ""});
  EXPECT_TRUE(place());
}

TEST_F(SchwabClientTest, APlacementWhoseConnectionBreaksIsUnknownAndSentOnce) {
  for (const auto fault : {http::connection_fault::close_without_answer, http::connection_fault::reset,
                           http::connection_fault::truncate_answer}) {
    break_with(std::nullopt);
    (void)get_order();  // leaves a kept-alive connection
    break_with(fault);
    const auto before = asked().size();
    const auto placed = place();
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().kind, broker_failure::no_answer) << placed.error().detail;
    EXPECT_EQ(asked().size(), before + 1);
  }
}

TEST_F(SchwabClientTest, AQuestionWhoseConnectionBreaksUnderItIsAskedAgainOnce) {
  (void)get_order();
  break_with(http::connection_fault::close_without_answer);
  const auto before = asked().size();
  EXPECT_EQ(get_order().error().kind, broker_failure::no_answer);
  EXPECT_EQ(asked().size(), before + 2);
}

TEST_F(SchwabClientTest, AfterTheLeaseNothingIsPlaced) {
  (void)get_order();
  const auto before = asked().size();
  const auto placed = place(std::chrono::seconds{0});
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::not_sent);
  EXPECT_EQ(asked().size(), before);
}

TEST_F(SchwabClientTest, WithoutATokenNothingIsSent) {
  tokens->set(std::nullopt);
  const auto placed = place();
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::not_sent);
  EXPECT_NE(placed.error().detail.find("no access token"), std::string::npos);
  EXPECT_TRUE(asked().empty());
}

TEST_F(SchwabClientTest, APlacementWhoseAccountCannotBeLearntWasNotSent) {
  for (const auto& [answer, kind] :
       std::vector<std::pair<http::response, broker_failure>>{{{400, {}, ""}, broker_failure::not_sent},
                                                              {{404, {}, ""}, broker_failure::not_sent},
                                                              {{500, {}, ""}, broker_failure::not_sent},
                                                              {{200, {}, "[]"}, broker_failure::not_sent},
                                                              {{200, {}, "<html>"}, broker_failure::not_sent},
                                                              {{401, {}, ""}, broker_failure::unauthorized},
                                                              {{429, {}, ""}, broker_failure::throttled}}) {
    answer_with([answer = answer](const http::request&) { return answer; });
    const auto placed = place();
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().kind, kind) << answer.status;
    EXPECT_EQ(placed.error().detail.find("accounts: "), 0U) << placed.error().detail;
  }
  for (const auto& line : asked()) EXPECT_EQ(line, ask_accounts);
}

TEST_F(SchwabClientTest, TheAccountIsTheOneThatTheLogRemembersInWhateverOrderTheyCome) {
  tokens->set_account("123456789");
  answer_with([](const http::request& asked) {
    const bool accounts_asked = asked.target.ends_with("/accountNumbers");
    return http::response{200,
                          {},
                          accounts_asked ? R"([{"accountNumber":"987654321","hashValue":"XYZ789"},)"
                                           R"({"accountNumber":"123456789","hashValue":"ABC123DEF456"}])"
                                         : order_json("7")};
  });
  broker = make_schwab_broker(client, tokens, clock, {{"", 0}});
  ASSERT_TRUE(get_order());
  EXPECT_EQ(last_request().target, "/trader/v1/accounts/ABC123DEF456/orders/7");
}

TEST_F(SchwabClientTest, NothingIsPlacedInAnotherAccountThanTheRememberedOne) {
  tokens->set_account("555555555");
  for (const domain::account_wish& wish : {domain::account_wish{"", 0}, domain::account_wish{"123456789", {}}}) {
    broker = make_schwab_broker(client, tokens, clock, {wish});
    const auto placed = place();
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().kind, broker_failure::not_sent);
    EXPECT_NE(placed.error().detail.find("******555"), std::string::npos) << placed.error().detail;
  }
  for (const auto& line : asked()) EXPECT_EQ(line, ask_accounts);
}

TEST_F(SchwabClientTest, AnAccountThatWasChosenBeforeTheLogRememberedOneIsChosenAgain) {
  answer_to_all({200, {}, order_json("7")});
  ASSERT_TRUE(get_order());
  tokens->set_account("987654321");
  broker = make_schwab_broker(client, tokens, clock, {});
  ASSERT_TRUE(get_order());
  EXPECT_EQ(last_request().target, "/trader/v1/accounts/XYZ789/orders/7");
  tokens->set_account("123456789");
  ASSERT_TRUE(get_order());
  EXPECT_EQ(last_request().target, "/trader/v1/accounts/ABC123DEF456/orders/7");
}

TEST_F(SchwabClientTest, SeveralAccountsWithoutAChoiceAreAnErrorThatNamesTheKey) {
  broker = make_schwab_broker(client, tokens, clock, {});
  const auto placed = place();
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::not_sent);
  EXPECT_NE(placed.error().detail.find("broker.account_number"), std::string::npos) << placed.error().detail;
}

TEST_F(SchwabClientTest, TheAccountIndexIsObeyedAndChecked) {
  broker = make_schwab_broker(client, tokens, clock, {{"", 1}});
  answer_to_all({200, {}, order_json("7")});
  ASSERT_TRUE(get_order());
  EXPECT_EQ(last_request().target, "/trader/v1/accounts/XYZ789/orders/7");
  broker = make_schwab_broker(client, tokens, clock, {{"", 2}});
  const auto beyond = get_order();
  ASSERT_FALSE(beyond);
  EXPECT_NE(beyond.error().detail.find("account_index is 2 but the login has 2"), std::string::npos);
}

TEST_F(SchwabClientTest, TheAccountIsAskedForOnceEvenByManyAtOnce) {
  answer_to_all({200, {}, order_json("7")});
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 20; ++i) {
    auto promise = std::make_shared<std::promise<bool>>();
    all.push_back(promise->get_future());
    broker->get_order(*order_id::parse("7"), [promise](const auto& r) { promise->set_value(r.has_value()); });
  }
  for (auto& f : all) EXPECT_TRUE(f.get());
  const auto lines = asked();
  EXPECT_EQ(lines.size(), 21U);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), ask_accounts), 1);
}

TEST_F(SchwabClientTest, ARefusalMakesItAskForTheAccountAgainButNotAllTheTime) {
  answer_to_all({404, {}, R"({"message":"not found"})"});
  EXPECT_EQ(get_order().error().kind, broker_failure::not_found);
  EXPECT_EQ(get_order().error().kind, broker_failure::not_found);
  EXPECT_EQ(asked().size(), 3U) << "a hash just learnt is not doubted";
  clock.advance(std::chrono::seconds{60});
  EXPECT_EQ(get_order().error().kind, broker_failure::not_found);
  EXPECT_EQ(asked().size(), 4U);
  EXPECT_EQ(get_order().error().kind, broker_failure::not_found);
  EXPECT_EQ(asked().size(), 6U) << "an old one is, after a refusal";
}

TEST_F(SchwabClientTest, ReadsOrdersPositionsAndHours) {
  answer_to_all({200, {}, order_json("7")});
  EXPECT_EQ(get_order()->id.str(), "7");
  answer_to_all({200, {}, "[" + order_json("7") + "," + order_json("8") + "]"});
  const auto listed = wait_for<order_list>([&](auto done) {
    broker->list_orders(*parse_time("2025-08-29T17:15:17Z"), *parse_time("2025-08-29T17:20:00.0001Z"), done);
  });
  ASSERT_TRUE(listed) << listed.error().detail;
  EXPECT_EQ(listed->orders.size(), 2U);
  EXPECT_EQ(last_request().target,
            "/trader/v1/accounts/ABC123DEF456/orders?fromEnteredTime=2025-08-29T17%3A15%3A17.000Z&toEnteredTime="
            "2025-08-29T17%3A20%3A00.001Z");
  answer_to_all({200,
                 {},
                 R"({"securitiesAccount":{"positions":[{"instrument":{"symbol":"AAPL"},"longQuantity":3.0,)"
                 R"("shortQuantity":0.0}]}})"});
  const auto held = wait_for<shares>([&](auto done) { broker->position(*symbol::parse("AAPL"), done); });
  ASSERT_TRUE(held);
  EXPECT_EQ(held->to_string(), "3");
  EXPECT_EQ(last_request().target, "/trader/v1/accounts/ABC123DEF456?fields=positions");
  answer_to_all({200, {}, R"({"equity":{"equity":{"isOpen":false}}})"});
  const auto session =
      wait_for<market_session>([&](auto done) { broker->session(*parse_time("2025-01-03T02:00:00Z"), done); });
  ASSERT_TRUE(session);
  EXPECT_FALSE(session->open_today);
  EXPECT_EQ(last_request().target, "/marketdata/v1/markets/equity?date=2025-01-02");
}

TEST_F(SchwabClientTest, TellsTheBrokersTimeFromTheDateOfAnAnswerThatIsNotFromACache) {
  EXPECT_FALSE(broker->newest_clock_sample());
  answer_to_all({200, {{"Date", "Fri, 03 Jan 2025 14:31:30 GMT"}, {"Age", "20"}}, order_json("7")});
  ASSERT_TRUE(get_order());
  EXPECT_FALSE(broker->newest_clock_sample()) << "the time is that of the cache's answer";
  answer_to_all({403, {{"Date", "Fri, 03 Jan 2025 14:31:30 GMT"}}, ""});
  ASSERT_FALSE(get_order());
  const auto sample = broker->newest_clock_sample();
  ASSERT_TRUE(sample) << "a refusal tells the time, too";
  EXPECT_EQ(sample->broker_time, parse_time("2025-01-03T14:31:30Z"));
  EXPECT_EQ(sample->sent, clock.now());
  EXPECT_EQ(sample->received, clock.now());
}

TEST_F(SchwabClientTest, AnswersThatCannotBeUnderstoodAreMalformedAndNotQuoted) {
  answer_to_all({200, {}, R"({"accountNumber":123456789})"});
  const auto order = get_order();
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().kind, broker_failure::malformed);
  EXPECT_EQ(order.error().detail.find("123456789"), std::string::npos);
  const auto session = wait_for<market_session>([&](auto done) { broker->session(clock.now(), done); });
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().kind, broker_failure::malformed);
}

TEST_F(SchwabClientTest, NoOrderIsSentForWhatIsNoOrder) {
  const auto placed = wait_for<placement>([&](auto done) {
    broker->place({*symbol::parse("AAPL"), side::buy, 0}, {clock.monotonic() * 2, clock.now() + std::chrono::hours{1}},
                  done);
  });
  ASSERT_FALSE(placed);
  EXPECT_EQ(placed.error().kind, broker_failure::not_sent);
  EXPECT_TRUE(asked().empty());
}

TEST_F(SchwabClientTest, TheBrokerMayBeDroppedWithCallsUnderWay) {
  answer_to_all({200, {}, order_json("7")});
  auto promise = std::make_shared<std::promise<bool>>();
  broker->get_order(*order_id::parse("7"), [promise](const auto& r) { promise->set_value(r.has_value()); });
  broker.reset();
  client.reset();
  // Answered, or told that the client is being closed: in either case once.
  EXPECT_EQ(promise->get_future().wait_for(std::chrono::seconds{20}), std::future_status::ready);
}

}  // namespace
}  // namespace hedgerow::schwab
