// Plans of faults: their text, their decisions, and that a point without a plan passes.
#include "messages/faults/fault_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "tests/support/made_page.hpp"

namespace hedgerow::faults {
namespace {

using namespace literals;

std::vector<bool> decisions(fault_plan plan, int passes) {
  std::vector<bool> all;
  for (int i = 0; i < passes; ++i) all.push_back(plan.pass("log.commit.before"_fault) != nullptr);
  return all;
}

fault_plan plan_of(const std::vector<std::string>& rules, std::uint64_t seed = 1) {
  return parse_fault_plan(rules, seed).value();
}

TEST(FaultRule, ReadsEveryFormAndWritesItAgain) {
  for (const std::string text :
       {"log.commit.before:fail", "broker.place.after_send:kill@2", "log.commit.before:crash%5"}) {
    const auto rule = parse_fault_rule(text);
    ASSERT_TRUE(rule) << rule.error();
    EXPECT_EQ(to_string(*rule), text);
  }
}

TEST(FaultRule, RefusesWhatItDoesNotKnowAndSaysWhatIsAllowed) {
  const auto error_of = [](std::string_view text) { return parse_fault_rule(text).error(); };
  for (const fault_point& point : fault_points)
    EXPECT_NE(error_of("log.comit.before:fail").find(point.name), std::string::npos) << point.name;
  EXPECT_FALSE(parse_fault_plan({"log.commit.before:fail", "log.comit.before:fail"}));
  EXPECT_NE(error_of("log.commit.before").find("fail, crash or kill"), std::string::npos);
  EXPECT_NE(error_of("log.commit.before:explode").find("fail, crash or kill"), std::string::npos);
  EXPECT_NE(error_of("broker.place.after_send:crash").find("kill"), std::string::npos);
  EXPECT_NE(error_of("log.commit.before:fail@0").find("from 1"), std::string::npos);
  EXPECT_NE(error_of("log.commit.before:fail@2x").find("from 1"), std::string::npos);
  EXPECT_NE(error_of("log.commit.before:fail%101").find("1 to 100"), std::string::npos);
}

TEST(FaultPlan, StrikesAtTheNthPassOnly) {
  EXPECT_EQ(decisions(plan_of({"log.commit.before:fail@3"}), 5), (std::vector<bool>{false, false, true, false, false}));
}

TEST(FaultPlan, AnotherPointsRulesDoNotApply) {
  EXPECT_EQ(decisions(plan_of({"log.commit.after:fail"}), 2), (std::vector<bool>{false, false}));
}

TEST(FaultPlan, ASeedDecidesAboutPercentagesAndNothingElseDoes) {
  const auto first = decisions(plan_of({"log.commit.before:fail%20"}, 7), 1000);
  EXPECT_EQ(first, decisions(plan_of({"log.commit.before:fail%20"}, 7), 1000));
  EXPECT_NE(first, decisions(plan_of({"log.commit.before:fail%20"}, 8), 1000));
  const auto struck = std::count(first.begin(), first.end(), true);
  EXPECT_GT(struck, 140);
  EXPECT_LT(struck, 260);
}

TEST(ArmedPlan, StrikesWhileItLives) {
  EXPECT_FALSE(strikes("log.commit.before"_fault));
  EXPECT_TRUE(armed_rules().empty());
  {
    const armed_plan armed{plan_of({"log.commit.before:crash@1", "log.commit.before:fail"})};
    EXPECT_THROW((void)strikes("log.commit.before"_fault), injected_crash);
    EXPECT_TRUE(strikes("log.commit.before"_fault));
    EXPECT_FALSE(strikes("log.commit.after"_fault));
    EXPECT_EQ(armed.passes("log.commit.before"_fault), 2U);
    EXPECT_EQ(armed_rules(), (std::vector<std::string>{"log.commit.before:crash@1", "log.commit.before:fail"}));
  }
  EXPECT_FALSE(strikes("log.commit.before"_fault));
}

TEST(ArmedPlanDeathTest, KillsTheProcess) {
  EXPECT_EXIT(
      {
        const armed_plan armed{plan_of({"log.commit.before:kill"})};
        (void)strikes("log.commit.before"_fault);
      },
      testing::KilledBySignal(SIGKILL), "");
}

TEST(FaultPoints, AreTheTableOfTheManual) {
  std::string table = "| Point | Where | `fail` |\n|---|---|---|\n";
  for (const fault_point& point : fault_points)
    table.append("| `")
        .append(point.name)
        .append("` | ")
        .append(point.place)
        .append(" | ")
        .append(point.fails)
        .append(" |\n");
  test::expect_made_part("docs/faults.md", "points", table);
}

}  // namespace
}  // namespace hedgerow::faults
