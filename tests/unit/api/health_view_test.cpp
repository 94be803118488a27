#include "runtime/api/health_view.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

namespace hedgerow::api {
namespace {

using protocol::make_status;
using protocol::run_state;

/// A login exists, the log answers, and nothing is under way.
struct HealthView : ::testing::Test {
  HealthView() {
    known.login = login_row{token_event::logged_in, {1'800'000'000}, {}, {}};
    input.now = {1'000'000};
    input.tree = make_status("node", "supervisor");
  }

  /// Status, and problems, one per line.
  std::string shown() const {
    rapidjson::Document health;
    health.Parse(health_view(input, &known).c_str());
    std::string text = health["status"].GetString();
    for (const auto& p : health["problems"].GetArray()) text.append(1, '\n').append(p.GetString());
    return text;
  }

  /// A bridge with one entity.
  protocol::actor_status& add_reader(run_state state) {
    input.tree.children = {make_status("reader", "bridge")};
    return input.tree.children[0].children.emplace_back(make_status("reader", "entity", state));
  }

  projection_overview known;
  health_input input;
};

TEST_F(HealthView, NothingIsWrong) { EXPECT_EQ(shown(), "ok"); }

TEST_F(HealthView, AParkedServiceIsAProblem) {
  input.tree.children = {make_status("view", "actor", run_state::parked)};
  input.tree.children[0].last_error = "the log cannot be read";
  EXPECT_EQ(shown(), "degraded\nview is parked after too many failures: the log cannot be read");
}

TEST_F(HealthView, ProblemsAreInTheWordsOfTheActorThatHasThem) {
  auto& entity = add_reader(run_state::waiting);
  entity.problems = {"not connected to the node", "a log cannot be read"};
  EXPECT_EQ(shown(), "degraded\nreader: not connected to the node\nreader: a log cannot be read");
}

TEST_F(HealthView, NoStateOfAnActorThatWorksIsAProblemByItself) {
  for (const auto fine : {run_state::running, run_state::starting, run_state::waiting, run_state::held}) {
    add_reader(fine).last_error = "an error of before";
    EXPECT_EQ(shown(), "ok") << to_string(fine);
  }
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
  input.tree.state = run_state::draining;
  EXPECT_EQ(shown(), "unavailable\nthe node is stopping");
  input.tree.state = run_state::running;
  input.tree.children = {make_status("poller", "actor", run_state::restarting)};
  EXPECT_EQ(shown(), "unavailable\npoller is restarting");
  add_reader(run_state::not_answering);
  EXPECT_EQ(shown(), "degraded\nreader is not answering") << "the others go on";
}

TEST_F(HealthView, WithoutTheReadModelOnlyTheNodeIsJudged) {
  const auto text = health_view(input, nullptr);
  EXPECT_NE(text.find(R"("status":"ok")"), std::string::npos) << text;
  EXPECT_EQ(text.find("login"), std::string::npos) << text;
}

}  // namespace
}  // namespace hedgerow::api
