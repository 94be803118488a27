#include <gtest/gtest.h>

#include "runtime/adapters/paper/fault_plan.hpp"

namespace hedgerow::paper {
namespace {

fault_plan plan_of(const std::string& text) {
  auto plan = fault_plan::parse(text);
  EXPECT_TRUE(plan) << plan.error();
  return plan ? *plan : fault_plan{};
}

TEST(FaultPlan, EmptyTextHasNoRules) {
  EXPECT_TRUE(plan_of("").rules().empty());
  EXPECT_TRUE(plan_of(" \n").rules().empty());
  EXPECT_TRUE(plan_of("[]").rules().empty());
  EXPECT_TRUE(plan_of(R"({"rules":[]})").rules().empty());
}

TEST(FaultPlan, NthFiresOnceAndWithTimesAsOften) {
  auto plan = plan_of(R"([{"operation":"get","kind":"drop_before","nth":2},
                          {"operation":"list","kind":"throttle","nth":2,"times":2}])");
  std::string gets, lists;
  for (int i = 0; i < 5; ++i) {
    gets += plan.decide(operation::get).wire ? 'x' : '.';
    lists += plan.decide(operation::list).wire ? 'x' : '.';
  }
  EXPECT_EQ(gets, ".x...");
  EXPECT_EQ(lists, ".xx..");
}

TEST(FaultPlan, AnyMatchesAllAndOtherOperationsDoNotCount) {
  auto plan = plan_of(R"([{"operation":"any","kind":"error_before","nth":3}])");
  EXPECT_FALSE(plan.decide(operation::get).wire);
  EXPECT_FALSE(plan.decide(operation::token).wire);
  EXPECT_TRUE(plan.decide(operation::place, "AAPL").wire);
  auto only = plan_of(R"([{"operation":"place","kind":"reject","symbol":"NVDA","nth":1}])");
  EXPECT_FALSE(only.decide(operation::place, "AAPL").order);
  EXPECT_TRUE(only.decide(operation::place, "NVDA").order);
}

TEST(FaultPlan, ProbabilityIsExactSeededAndBoundedByTimes) {
  const auto run = [](const std::string& text, int count) {
    auto plan = plan_of(text);
    std::string hits;
    for (int i = 0; i < count; ++i) hits += plan.decide(operation::get).wire ? 'x' : '.';
    return hits;
  };
  const std::string rule = R"([{"operation":"get","kind":"slow","probability":"0.05","seed":)";
  const auto hits = run(rule + "7}]", 20000);
  EXPECT_EQ(hits, run(rule + "7}]", 20000));
  EXPECT_NE(hits, run(rule + "8}]", 20000));
  const auto count = std::count(hits.begin(), hits.end(), 'x');
  EXPECT_GT(count, 850);
  EXPECT_LT(count, 1150);
  const auto bounded = run(rule + "7,\"times\":3}]", 20000);
  EXPECT_EQ(std::count(bounded.begin(), bounded.end(), 'x'), 3);
  EXPECT_EQ(run(R"([{"operation":"get","kind":"slow","probability":"1"}])", 5), "xxxxx");
  EXPECT_EQ(run(R"([{"operation":"get","kind":"slow","probability":"0"}])", 5), ".....");
}

TEST(FaultPlan, OneFaultOfEachSortForARequest) {
  auto plan = plan_of(R"([{"operation":"place","kind":"lost_reply"},{"operation":"place","kind":"garbage"},
                          {"operation":"place","kind":"partial","part":"0.25"}])");
  const auto decision = plan.decide(operation::place, "AAPL");
  ASSERT_TRUE(decision.wire && decision.order);
  EXPECT_EQ(decision.wire->kind, fault_kind::lost_reply);
  EXPECT_EQ(decision.order->kind, fault_kind::partial);
  EXPECT_EQ(decision.order->part_ppm, 250'000U);
}

TEST(FaultPlan, EveryKindHasANameThatParses) {
  for (int i = 0; i <= static_cast<int>(last_fault_kind); ++i) {
    const auto k = static_cast<fault_kind>(i);
    const std::string operation = k == fault_kind::not_found ? "get" : "place";
    auto plan = plan_of(R"([{"operation":")" + operation + R"(","kind":")" + std::string{to_string(k)} + "\"}]");
    ASSERT_EQ(plan.rules().size(), 1U);
    EXPECT_EQ(plan.rules()[0].kind, k);
  }
}

TEST(FaultPlan, ErrorsNameTheRuleAndTheField) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "not JSON"},
      {"17", "array of rules"},
      {R"([{"operation":"place","kind":"reject"}, 5])", "rule 2: must be an object"},
      {R"([{"kind":"reject"}])", "needs operation and kind"},
      {R"([{"operation":"buy","kind":"reject"}])", "'operation'"},
      {R"([{"operation":"place","kind":"explode"}])", "'kind' is not a known fault"},
      {R"([{"operation":"place","kind":"reject","nth":0}])", "'nth' must be an integer"},
      {R"([{"operation":"place","kind":"reject","nth":-1}])", "'nth'"},
      {R"([{"operation":"place","kind":"reject","nth":"1"}])", "'nth'"},
      {R"([{"operation":"place","kind":"reject","probability":0.05}])", "'probability' must be a decimal string"},
      {R"([{"operation":"place","kind":"reject","probability":"1.1"}])", "'probability'"},
      {R"([{"operation":"place","kind":"reject","probability":"0.0000001"}])", "'probability'"},
      {R"([{"operation":"place","kind":"reject","probability":"0.1","nth":1}])", "exclude each other"},
      {R"([{"operation":"get","kind":"reject"}])", "needs operation place"},
      {R"([{"operation":"any","kind":"missing_location"}])", "needs operation place"},
      {R"([{"operation":"place","kind":"not_found"}])", "needs operation get"},
      {R"([{"operation":"get","kind":"slow","symbol":"AAPL"}])", "symbol needs operation place"},
      {R"([{"operation":"get","kind":"error_before","status":404}])", "'status'"},
      {R"([{"operation":"get","kind":"slow","speed":1}])", "'speed' is not a known field"},
  };
  for (const auto& [text, word] : cases) {
    const auto plan = fault_plan::parse(text);
    ASSERT_FALSE(plan) << text;
    EXPECT_NE(plan.error().find(word), std::string::npos) << text << " -> " << plan.error();
  }
  EXPECT_FALSE(fault_plan::parse(std::string(100000, '[')));
}

TEST(FaultPlan, ShowsWhatItHasDone) {
  auto plan = plan_of(R"([{"operation":"get","kind":"slow","probability":"0.25","times":1}])");
  for (int i = 0; i < 40; ++i) static_cast<void>(plan.decide(operation::get));
  EXPECT_NE(plan.to_json().find(R"("probability":"0.250000")"), std::string::npos) << plan.to_json();
  EXPECT_NE(plan.to_json().find(R"("seen":40,"fired":1)"), std::string::npos) << plan.to_json();
}

}  // namespace
}  // namespace hedgerow::paper
