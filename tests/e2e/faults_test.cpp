// A node that dies or fails at a fault point, in front of a real broker process: no order is lost, none is sent twice.
#include <gtest/gtest.h>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

constexpr std::chrono::seconds patience{90};

std::string faults_section(const std::string& rules) { return "[faults]\nplan = [" + rules + "]\n"; }

/// One share is sold at the broker, once, and books, chain and broker agree.
void expect_hedged_once(stage& s) {
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); }, patience)) << s.disagreement() << s.diagnosis();
  EXPECT_EQ(s.ledger()["orders"].Size(), 1U);
}

// A point that each start passes would end each start. A POST is never repeated, so this one is passed once.
TEST(Faults, ANodeThatDiesAfterThePostHedgesOnce) {
  stage s{{.name = "faults-kill", .sections = faults_section(R"("broker.place.after_send:kill@1")")}};
  s.start_node();
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] { return !s.is_up(0); }, patience)) << "nothing struck: " << s.diagnosis();
  s.start_node();
  expect_hedged_once(s);
}

TEST(Faults, ALostAnswerAndAFailedCommitHedgeOnceAndHealthTellsOfThePlan) {
  stage s{{.name = "faults-fail",
           .sections = faults_section(R"("broker.place.after_send:fail@1", "log.commit.after:fail@12")")}};
  s.start_node();
  s.trade("AAPL0x", true, "1.2");
  expect_hedged_once(s);
  const auto health = s.answer_of(0, "/health");
  ASSERT_TRUE(health);
  EXPECT_NE(health->body.find("on purpose: broker.place.after_send:fail@1"), std::string::npos) << health->body;
  EXPECT_NE(s.output_of(0).find("fault_armed"), std::string::npos) << s.output_of(0);
}

TEST(Faults, UnsteadyChainAndLogDelayOnly) {
  stage s{{.name = "faults-unsteady",
           .chain = "request_timeout = \"1s\"\n",
           .sections = faults_section(R"("chain.logs.after_send:fail%20", "chain.receipt.after_send:fail%20",)"
                                      R"( "broker.order.after_send:fail%20", "log.commit.before:fail@40")")}};
  s.start_node();
  for (int i = 0; i < 10; ++i) s.trade("AAPL0x", i % 3 != 0, "0.7");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); }, patience)) << s.disagreement() << s.diagnosis();
}

}  // namespace
}  // namespace hedgerow::test
