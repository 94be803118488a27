// The spec's example, and a clean stop, with the program as its user runs it.
#include <gtest/gtest.h>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

TEST(Example, ThreeSalesBecomeOneFilledHedgeAndTheRestIsKept) {
  stage s{{"example"}};
  s.start_node();
  s.trade("AAPL0x", true, "0.3");
  s.trade("AAPL0x", true, "0.5");
  ASSERT_TRUE(eventually([&] {
    const auto p = s.api("/positions/AAPL");
    return p.HasMember("net") && std::string_view{p["net"].GetString()} == "-0.8";
  })) << s.node_output();
  EXPECT_EQ(s.api("/executions")["executions"].Size(), 0U);

  s.trade("AAPL0x", true, "0.4");
  ASSERT_TRUE(eventually([&] {
    const auto all = s.api("/executions");
    return all.HasMember("executions") && all["executions"].Size() == 1 &&
           std::string_view{all["executions"][0]["status"].GetString()} == "FILLED";
  }));
  const auto execution = s.api("/executions/AAPL:1");
  EXPECT_STREQ(execution["side"].GetString(), "BUY");
  EXPECT_STREQ(execution["quantity"].GetString(), "1");
  EXPECT_STREQ(execution["filled_quantity"].GetString(), "1");
  std::vector<std::string> states;
  for (const auto& step : execution["history"].GetArray()) states.emplace_back(step["state"].GetString());
  EXPECT_EQ(states, (std::vector<std::string>{"PENDING", "SUBMITTING", "SUBMITTED", "FILLED"}));

  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  const auto position = s.api("/positions/AAPL");
  EXPECT_STREQ(position["onchain"].GetString(), "-1.2");
  EXPECT_STREQ(position["schwab"].GetString(), "1");
  EXPECT_STREQ(position["net"].GetString(), "-0.2");
  EXPECT_EQ(s.api("/trades?symbol=AAPL")["trades"].Size(), 3U);

  EXPECT_EQ(s.stop_node(), 0) << s.node_output();
  EXPECT_NE(s.node_output().find("stopped"), std::string::npos);
  s.start_node();
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
}

TEST(Example, AReorgTakesTheFillBackAndTheHedgeFollows) {
  stage s{{"reorg"}};
  s.start_node();
  // Empty blocks, so that the reorg below reaches the trade's block and nothing older.
  ASSERT_TRUE(s.world().rpc()->request("anvil_mine", R"(["0x8"])"));
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  EXPECT_STREQ(s.api("/positions/AAPL")["schwab"].GetString(), "1");
  ASSERT_TRUE(s.world().reorg(4));
  ASSERT_TRUE(s.world().net_positions()->at("AAPL").is_zero());
  ASSERT_TRUE(eventually([&] {
    const auto p = s.api("/positions/AAPL");
    return p.HasMember("schwab") && std::string_view{p["schwab"].GetString()} == "0" && s.disagreement().empty();
  })) << s.disagreement();
  EXPECT_STREQ(s.api("/positions/AAPL")["onchain"].GetString(), "0");
  const auto trades = s.api("/trades?symbol=AAPL");
  ASSERT_EQ(trades["trades"].Size(), 2U);
  EXPECT_TRUE(trades["trades"][0]["reverted"].GetBool());
}

TEST(Example, KilledBetweenTheBrokersRecordingAndItsReplyNothingIsOrderedTwice) {
  stage s{{"between", R"([{"operation": "place", "kind": "slow", "nth": 1, "delay_ms": 1900}])"}};
  s.start_node();
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] {
    const auto book = s.ledger();
    return book.HasMember("orders") && book["orders"].Size() == 1;
  }));
  s.kill_node();
  s.start_node();
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{1})) << s.disagreement();
  EXPECT_EQ(s.ledger()["orders"].Size(), 1U);
  EXPECT_STREQ(s.api("/positions/AAPL")["schwab"].GetString(), "1");
}

TEST(Example, APersonHaltsASymbolAndLetsItGoOn) {
  stage s{{"halt"}};
  s.start_node();
  EXPECT_EQ(s.admin_post("/symbols/AAPL/halt"), 400) << "a reason and a name are wanted";
  EXPECT_EQ(s.admin_post("/symbols/AAPL/halt?reason=test&by=me"), 202);
  ASSERT_TRUE(eventually([&] {
    const auto p = s.api("/positions/AAPL");
    return p.HasMember("frozen") && p["frozen"].GetBool();
  }));
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] {
    const auto p = s.api("/positions/AAPL");
    return std::string_view{p["onchain"].GetString()} == "-1.2";
  }));
  EXPECT_EQ(s.api("/executions")["executions"].Size(), 0U);
  EXPECT_EQ(s.admin_post("/symbols/AAPL/resume?reason=test&by=me"), 202);
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  EXPECT_STREQ(s.api("/positions/AAPL")["schwab"].GetString(), "1");
}

TEST(Example, WithoutALoginNothingIsPlacedAndEverythingElseGoesOnAndSoonAfterOneAllIsHedged) {
  stage s{{"login"}};
  s.start_node(false);
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] {
    const auto p = s.api("/positions/AAPL");
    return p.HasMember("onchain") && std::string_view{p["onchain"].GetString()} == "-1.2";
  }));
  ASSERT_TRUE(eventually([&] {
    const auto all = s.api("/executions");
    return all.HasMember("executions") && all["executions"].Size() > 0 &&
           std::string_view{all["executions"][0]["code"].GetString()} == "no_token";
  }));
  EXPECT_EQ(s.ledger()["orders"].Size(), 0U);
  EXPECT_STREQ(s.api("/health")["status"].GetString(), "degraded");
  // Just after a start a login is noticed soon, and not only at the next minute.
  ASSERT_EQ(s.log_in(0), "");
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::seconds{20})) << s.disagreement();
  EXPECT_EQ(s.ledger()["orders"].Size(), 1U);
}

}  // namespace
}  // namespace hedgerow::test
