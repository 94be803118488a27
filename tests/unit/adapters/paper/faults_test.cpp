// Each fault: what the caller sees, and what the books say.
#include "paper_fixture.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;
using action = outcome::action;

class PaperFaultsTest : public paper_test {
 protected:
  void SetUp() override { open_and_log_in(); }
  void fault(const std::string& rule) { faults("[{" + rule + "}]"); }
  void fault_placement(const std::string& rule) { fault(R"("operation":"place",)" + rule); }
  std::size_t recorded() { return books()["orders"].Size(); }
  std::int64_t position() {
    const auto b = books();
    return b["positions"].HasMember("AAPL") ? b["positions"]["AAPL"]["quantity"].GetInt64() : 0;
  }
};

TEST_F(PaperFaultsTest, LostReplyRecordsAndCloses) {
  fault_placement(R"("kind":"lost_reply","nth":1)");
  EXPECT_EQ(place("AAPL", "BUY", 1).what, action::close);
  EXPECT_EQ(recorded(), 1U);
  EXPECT_EQ(place("AAPL", "BUY", 1).what, action::answer);
}

TEST_F(PaperFaultsTest, DropBeforeClosesAndRecordsNothing) {
  fault_placement(R"("kind":"drop_before","nth":1)");
  EXPECT_EQ(place("AAPL", "BUY", 1).what, action::close);
  EXPECT_EQ(recorded(), 0U);
}

TEST_F(PaperFaultsTest, ErrorsBeforeAndAfterRecording) {
  fault_placement(R"("kind":"error_before","nth":1,"status":500)");
  EXPECT_EQ(place("AAPL", "BUY", 1).response.status, 500);
  EXPECT_EQ(recorded(), 0U);
  fault_placement(R"("kind":"error_after","nth":1)");
  const auto answer = place("AAPL", "BUY", 1).response;
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(header(answer, "Location"), "");
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(PaperFaultsTest, ThrottleRecordsNothing) {
  fault_placement(R"("kind":"throttle","nth":1,"retry_after_s":17)");
  const auto answer = place("AAPL", "BUY", 1).response;
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(header(answer, "Retry-After"), "17");
  EXPECT_EQ(recorded(), 0U);
}

TEST_F(PaperFaultsTest, LocationsWrongAndMissing) {
  fault_placement(R"("kind":"wrong_location")");
  EXPECT_EQ(location_id(place("AAPL", "BUY", 1).response), std::to_string(1'004'055'538'123 + 1'000'000));
  EXPECT_EQ(location_id(place("AAPL", "BUY", 1).response), "1004055538123") << "the order before it";
  fault_placement(R"("kind":"missing_location")");
  const auto answer = place("AAPL", "BUY", 1).response;
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(header(answer, "Location"), "");
  EXPECT_EQ(recorded(), 3U);
}

TEST_F(PaperFaultsTest, SlowRecordsAtOnceAndAnswersLater) {
  fault_placement(R"("kind":"slow","delay_ms":1234)");
  const auto result = place("AAPL", "BUY", 1);
  EXPECT_EQ(result.delay, 1234ms);
  EXPECT_EQ(result.response.status, 201);
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(PaperFaultsTest, LateRecordShowsUpOnlyAtTheSecondAttempt) {
  fault_placement(R"("kind":"late_record","delay_ms":700)");
  const http::request r{"POST", orders_path(), {{"Authorization", "Bearer " + access}}, order_body("AAPL", "BUY", "1")};
  const auto first = broker->handle(r, test_origin);
  EXPECT_EQ(first.what, action::again);
  EXPECT_EQ(first.delay, 700ms);
  EXPECT_EQ(recorded(), 0U);
  clock.advance(700ms);
  EXPECT_EQ(broker->handle(r, test_origin, true).response.status, 201);
  EXPECT_EQ(recorded(), 1U);
}

TEST_F(PaperFaultsTest, GarbageAndTruncatedAnswersToThingsThatWereDone) {
  fault_placement(R"("kind":"garbage","nth":1)");
  const auto answer = place("AAPL", "BUY", 1).response;
  EXPECT_EQ(answer.status, 200);
  rapidjson::Document json;
  EXPECT_TRUE(json.Parse(answer.body.c_str()).HasParseError());
  fault_placement(R"("kind":"truncated","nth":1)");
  EXPECT_EQ(place("AAPL", "BUY", 1).what, action::truncate);
  EXPECT_EQ(recorded(), 2U);
}

TEST_F(PaperFaultsTest, NotFoundForAnOrderThatExists) {
  const auto id = placed("AAPL", "BUY", 1);
  fault(R"("operation":"get","kind":"not_found","nth":1,"times":2)");
  EXPECT_EQ(get(orders_path() + "/" + id).status, 404);
  EXPECT_EQ(get(orders_path() + "/" + id).status, 404);
  EXPECT_EQ(get(orders_path() + "/" + id).status, 200);
}

TEST_F(PaperFaultsTest, PartialThenTheRest) {
  fault_placement(R"("kind":"partial","part":"0.4","delay_ms":60000)");
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(1s);
  const auto o = order_of(id);
  EXPECT_STREQ(o["status"].GetString(), "WORKING");
  EXPECT_EQ(o["filledQuantity"].GetDouble(), 4.0);
  EXPECT_EQ(o["remainingQuantity"].GetDouble(), 6.0);
  EXPECT_FALSE(o.HasMember("closeTime"));
  clock.advance(60s);
  EXPECT_EQ(status_of(id), "FILLED");
  EXPECT_EQ(position(), 10);
}

TEST_F(PaperFaultsTest, PartialThenCancel) {
  fault_placement(R"("kind":"partial_then_cancel","part":"0.4","delay_ms":1000)");
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(2s);
  const auto o = order_of(id);
  EXPECT_STREQ(o["status"].GetString(), "CANCELED");
  EXPECT_EQ(o["filledQuantity"].GetDouble(), 4.0);
  EXPECT_TRUE(o.HasMember("closeTime"));
  clock.advance(1h);
  EXPECT_EQ(position(), 4);
}

TEST_F(PaperFaultsTest, RejectAndExpire) {
  fault_placement(R"("kind":"reject","text":"Trading halted.")");
  const auto rejected = placed("AAPL", "BUY", 10);
  fault_placement(R"("kind":"expire")");
  const auto expired = placed("AAPL", "BUY", 10);
  clock.advance(1s);
  EXPECT_EQ(status_of(rejected), "REJECTED");
  EXPECT_STREQ(order_of(rejected)["statusDescription"].GetString(), "Trading halted.");
  EXPECT_EQ(status_of(expired), "EXPIRED");
  EXPECT_EQ(position(), 0);
}

TEST_F(PaperFaultsTest, LateFillWorksLongThenFills) {
  fault_placement(R"("kind":"late_fill","delay_ms":300000)");
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(299s);
  EXPECT_EQ(status_of(id), "WORKING");
  clock.advance(2s);
  EXPECT_EQ(status_of(id), "FILLED");
}

TEST_F(PaperFaultsTest, CancelThenFillShowsAFillAfterTheEnd) {
  fault_placement(R"("kind":"cancel_then_fill","part":"1","delay_ms":60000)");
  const auto id = placed("AAPL", "BUY", 10);
  clock.advance(1s);
  const auto before = order_of(id);
  EXPECT_STREQ(before["status"].GetString(), "CANCELED");
  EXPECT_EQ(before["filledQuantity"].GetDouble(), 0.0);
  clock.advance(60s);
  const auto after = order_of(id);
  EXPECT_STREQ(after["status"].GetString(), "CANCELED");
  EXPECT_EQ(after["filledQuantity"].GetDouble(), 10.0);
  EXPECT_STREQ(after["closeTime"].GetString(), before["closeTime"].GetString());
  EXPECT_EQ(position(), 10);
}

TEST_F(PaperFaultsTest, UnknownStatusForAWhile) {
  fault_placement(R"("kind":"unknown_status","text":"SOMETHING_NEW","delay_ms":60000)");
  const auto id = placed("AAPL", "BUY", 10);
  EXPECT_EQ(status_of(id), "SOMETHING_NEW");
  clock.advance(61s);
  EXPECT_EQ(status_of(id), "FILLED");
}

TEST_F(PaperFaultsTest, OtherOperationsCanFailToo) {
  const std::pair<std::string, std::string> targets[] = {{"positions", "/trader/v1/accounts/ABC123DEF456"},
                                                         {"accounts", "/trader/v1/accounts/accountNumbers"},
                                                         {"hours", "/marketdata/v1/markets/equity"},
                                                         {"quotes", "/marketdata/v1/quotes?symbols=AAPL"}};
  for (const auto& [operation, target] : targets) {
    fault(R"("operation":")" + operation + R"(","kind":"error_before","nth":1)");
    EXPECT_EQ(get(target).status, 503) << operation;
    EXPECT_EQ(get(target).status, 200) << operation;
  }
  fault(R"("operation":"token","kind":"lost_reply","nth":1)");
  const auto code = new_code();
  const std::string redirect = "&redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback";
  const auto lost = handle(
      form_post("/v1/oauth/token", "grant_type=authorization_code&code=" + http::percent_encode(code) + redirect));
  EXPECT_EQ(lost.what, action::close);
  EXPECT_EQ(exchange(code).status, 400) << "the code was used";
}

TEST_F(PaperFaultsTest, CanBeSetAndSeenOverTheAdminPathOrNotAtAll) {
  EXPECT_EQ(call("POST", "/paper/faults", R"([{"operation":"get","kind":"slow"}])").response.status, 200);
  EXPECT_NE(get("/paper/faults").body.find("\"kind\":\"slow\""), std::string::npos);
  const auto bad = call("POST", "/paper/faults", R"([{"operation":"get","kind":"nonsense"}])").response;
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("rule 1"), std::string::npos);
  EXPECT_NE(get("/paper/faults").body.find("\"kind\":\"slow\""), std::string::npos) << "the old plan stays";
  options.admin_endpoints = false;
  open_and_log_in();
  for (const char* path : {"/paper/ledger", "/paper/faults", "/paper/market"}) EXPECT_EQ(get(path).status, 404) << path;
}

}  // namespace
}  // namespace hedgerow::paper
