// What the API shows of the rows.
#include "runtime/api/views.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "tests/support/kept_rows.hpp"

namespace hedgerow::api {
namespace {

rapidjson::Document shown(const dead_letter& letter) {
  test::kept_rows kept;
  enveloped<dead_letter> event;
  event.data = letter;
  kept.apply(event);
  rapidjson::Document all;
  all.Parse(dead_letters_view(kept.dead_letters()).c_str());
  return rapidjson::Document{std::move(all)};
}

TEST(DeadLetters, ShowTheRecordItself) {
  dead_letter letter;
  letter.origin_topic = "blockchain-events";
  letter.value = R"({"amount":"1.5"})";
  const auto all = shown(letter);
  const auto& one = all["dead_letters"][0];
  EXPECT_STREQ(one["payload"].GetString(), R"({"amount":"1.5"})");
  EXPECT_EQ(one["payload_bytes"].GetUint64(), 16U);
}

TEST(DeadLetters, CutALongRecordBetweenCharacters) {
  dead_letter letter;
  letter.value = std::string(4095, 'x') + "\u20ac and more";
  const auto all = shown(letter);
  const auto& one = all["dead_letters"][0];
  EXPECT_EQ(std::string{one["payload"].GetString()}, std::string(4095, 'x'));
  EXPECT_EQ(one["payload_bytes"].GetUint64(), letter.value.size());
}

TEST(DeadLetters, NeverShowTokens) {
  dead_letter letter;
  letter.origin_topic = "token-updates";
  letter.value = "sealed but secret";
  const auto all = shown(letter);
  EXPECT_TRUE(all["dead_letters"][0]["payload"].IsNull());
}

TEST(Executions, AStatusOfTheApiMeansTheStatesBehindIt) {
  const auto states = [](const char* status) { return executions_of({.symbol = {}, .status = status}).states; };
  using enum execution_state;
  EXPECT_EQ(states("PENDING"), (std::vector{pending, submitting, unknown, held}));
  EXPECT_EQ(states("SUBMITTED"), (std::vector{submitted, partially_filled}));
  EXPECT_EQ(states("FILLED"), std::vector{filled});
  EXPECT_EQ(states("FAILED"), std::vector{failed});
  EXPECT_EQ(states("filled"), std::vector<execution_state>{}) << "that of no execution";
  EXPECT_FALSE(states("")) << "any";
}

TEST(Executions, ShowTheirHistoryAndAnAverageOnceSomethingIsFilled) {
  test::kept_rows kept;
  enveloped<schwab_execution> e;
  e.data.execution = {*symbol::parse("AAPL"), 7};
  e.data.quantity = 2;
  e.meta.recorded_at = {1'000'000};
  kept.apply(e);
  EXPECT_EQ(executions_view(kept.executions()),
            R"({"executions":[{"id":"AAPL:7","symbol":"AAPL","side":"BUY","quantity":2,"status":"PENDING",)"
            R"("state":"PENDING","code":"none","detail":"","order_id":null,"filled_quantity":"0",)"
            R"("average_price":null,"evidence":[],"created_at":"1970-01-01T00:00:01.000000Z",)"
            R"("updated_at":"1970-01-01T00:00:01.000000Z","history":[{"state":"PENDING",)"
            R"("at":"1970-01-01T00:00:01.000000Z"}]}]})");
  e.data.state = execution_state::filled;
  e.data.filled = shares::from_whole(2);
  e.data.filled_notional = *usd::parse("5");
  kept.apply(e);
  const auto one = execution_view(kept.execution("AAPL:7"));
  ASSERT_TRUE(one);
  EXPECT_NE(one->find(R"("average_price":"2.5")"), std::string::npos) << *one;
  EXPECT_FALSE(execution_view(kept.execution("AAPL:8")));
}

TEST(Decisions, ALaterOneDoesNotHideWhoDecidedBefore) {
  test::kept_rows kept{{10, 10, 10, 2}};
  const auto decide = [&](std::int64_t second, const char* scope, control_action action, const char* by) {
    enveloped<control_event> e;
    e.meta.recorded_at = {second * 1'000'000};
    e.meta.event_id = "control:" + std::string{scope} + ":" + std::to_string(second);
    e.data = {scope, action, action == control_action::adopt_order ? "77" : "", "looks wrong", by};
    kept.apply(e);
  };
  decide(1, "AAPL", control_action::halt, "ann");
  decide(3, "AAPL", control_action::adopt_order, "bob");
  decide(3, "AAPL", control_action::adopt_order, "bob");
  decide(2, "MSFT", control_action::resume, "cid");
  rapidjson::Document all;
  all.Parse(decisions_view(kept.decisions()).c_str());
  const auto& rows = all["decisions"];
  ASSERT_EQ(rows.Size(), 3U) << "what was written twice is one decision";
  EXPECT_STREQ(rows[0]["by"].GetString(), "bob");
  EXPECT_STREQ(rows[0]["order"].GetString(), "77");
  EXPECT_STREQ(rows[1]["symbol"].GetString(), "MSFT");
  EXPECT_STREQ(rows[2]["action"].GetString(), "halt");
  EXPECT_STREQ(rows[2]["by"].GetString(), "ann");
  EXPECT_STREQ(rows[2]["reason"].GetString(), "looks wrong");
  EXPECT_STREQ(rows[2]["decided_at"].GetString(), "1970-01-01T00:00:01.000000Z");
  decide(4, "AAPL", control_action::resume, "ann");
  all.Parse(decisions_view(kept.decisions({.scope = "AAPL"})).c_str());
  EXPECT_EQ(all["decisions"].Size(), 2U) << "the newest of each symbol";
}

}  // namespace
}  // namespace hedgerow::api
