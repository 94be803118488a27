#include "runtime/api/health_view.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace hedgerow::api {
namespace {

/// A login exists, the log answers, and nothing is under way.
struct HealthView : ::testing::Test {
  HealthView() {
    known.login = login_row{token_event::logged_in, {1'800'000'000}, {}, {}};
    input.now = {1'000'000};
    input.tree = {"node", "supervisor", "running", 0, 0, "", {}, {}};
  }

  /// Status, and problems, one per line.
  std::string shown() const {
    rapidjson::Document health;
    health.Parse(health_view(input, &known).c_str());
    std::string text = health["status"].GetString();
    for (const auto& p : health["problems"].GetArray()) text.append(1, '\n').append(p.GetString());
    return text;
  }

  void add_ingestion(const std::string& state, const std::string& error) {
    const protocol::actor_status entity{"ingestion", "ingestion", state, 0, 0, error, {}, {}};
    input.tree.children = {{"ingestion", "bridge", "running", 0, 0, "", {}, {entity}}};
  }

  projection_overview known;
  health_input input;
};

TEST_F(HealthView, NothingIsWrong) { EXPECT_EQ(shown(), "ok"); }

TEST_F(HealthView, AParkedServiceIsAProblem) {
  input.tree.children = {{"aggregator", "actor", "parked", 0, 11, "the log cannot be read", {}, {}}};
  EXPECT_EQ(shown(), "degraded\naggregator is parked after too many failures: the log cannot be read");
}

TEST_F(HealthView, AChainThatIsAwayIsAProblemOfTheNodeThatReadsIt) {
  add_ingestion("not connected", "chain.example:443: refused");
  EXPECT_EQ(shown(),
            "degraded\ningestion is not connected to the chain's node (chain.ws_url): chain.example:443: refused");
  for (const char* fine : {"connecting", "reading history", "running"}) {
    add_ingestion(fine, "an error of before");
    EXPECT_EQ(shown(), "ok") << fine;
  }
  input.tree.children = {{"ingestion", "bridge", "running", 0, 0, "", {}, {}}};
  EXPECT_EQ(shown(), "ok") << "it stands by";
}

TEST_F(HealthView, WhatKeepsTheChainFromBeingReadIsAProblemThoughItsNodeIsConnected) {
  add_ingestion("running", "");
  input.tree.children[0].children[0].detail = {
      {"connected", "1"}, {"problem", "throttled since 2025-01-03T14:30:00Z"}, {"problem", "a log cannot be read"}};
  EXPECT_EQ(shown(), "degraded\ningestion: throttled since 2025-01-03T14:30:00Z\ningestion: a log cannot be read");
}

TEST_F(HealthView, TokensThatThisNodeCannotOpenAreAProblemInTheFollowersWords) {
  input.tree.children = {{"token-follower", "follower", "wrong key", 0, 0, "sealed with another key", {}, {}}};
  EXPECT_EQ(shown(), "degraded\nsealed with another key");
}

TEST_F(HealthView, LagIsSummedByServiceAndOneNotYetMeasuredIsNoProblem) {
  EXPECT_NE(health_view(input, &known).find(R"("lag":{})"), std::string::npos);
  EXPECT_EQ(shown(), "ok");
  input.lag.lag = std::make_shared<const std::vector<partition_lag>>(
      std::vector<partition_lag>{{"poller", {topic::schwab_executions, 0}, 0},
                                 {"accumulator", {topic::onchain_trades, 0}, 3},
                                 {"accumulator", {topic::onchain_trades, 1}, 4}});
  const auto text = health_view(input, &known);
  EXPECT_NE(text.find(R"("lag":{"accumulator":7,"poller":0})"), std::string::npos) << text;
}

TEST_F(HealthView, ALogThatDoesNotAnswerIsAProblem) {
  input.lag = {nullptr, false};
  EXPECT_EQ(shown(), "unavailable\nthe event log does not answer; nothing is hedged until it does");
}

TEST_F(HealthView, WhatKeepsTheNodeFromWorkingIsToldApartFromWhatWaitsForAPerson) {
  input.tree.state = "draining";
  EXPECT_EQ(shown(), "unavailable\nthe node is stopping");
  input.tree.state = "running";
  input.tree.children = {{"poller", "actor", "restarting", 0, 0, "", {}, {}}};
  EXPECT_EQ(shown(), "unavailable\npoller is restarting");
  const protocol::actor_status entity{"AAPL", "entity", "not answering", 0, 0, "", {}, {}};
  input.tree.children = {{"poller", "bridge", "running", 0, 0, "", {}, {entity}}};
  EXPECT_EQ(shown(), "degraded\nAAPL is not answering") << "the others go on";
}

TEST_F(HealthView, WithoutTheReadModelOnlyTheNodeIsJudged) {
  const auto text = health_view(input, nullptr);
  EXPECT_NE(text.find(R"("status":"ok")"), std::string::npos) << text;
  EXPECT_EQ(text.find("login"), std::string::npos) << text;
}

}  // namespace
}  // namespace hedgerow::api
