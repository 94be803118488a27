// The spec's example, and a clean stop, with the program as its user runs it.
#include <gtest/gtest.h>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

TEST(Example, ThreeSalesBecomeOneFilledHedgeAndTheRestIsKept) {
  stage s{"example"};
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

}  // namespace
}  // namespace hedgerow::test
