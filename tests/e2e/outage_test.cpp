// Kafka is away for longer than any deadline of a node, while the chain and the stock broker go on.
#include <gtest/gtest.h>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

/// The market's progress is the clock.
void let_market_go_on(stage& s, std::uint64_t transactions) {
  const auto goal = s.world().stats().sent + transactions;
  ASSERT_TRUE(eventually([&] { return s.world().stats().sent >= goal; }, std::chrono::minutes{2}));
}

bool says(const rapidjson::Document& health, std::string_view problem) {
  if (!health.HasMember("problems")) return false;
  for (const auto& p : health["problems"].GetArray())
    if (std::string_view{p.GetString()}.find(problem) != std::string_view::npos) return true;
  return false;
}

TEST(KafkaOutage, NodesWaitUntilTheBrokerIsBackAndThenHedgeWhatHappenedMeanwhile) {
  stage s{{"kafka-outage", "[]", 12, true, 2}};
  for (std::size_t node = 0; node < 2; ++node) s.start_node(true, node);
  s.world().start_market();
  let_market_go_on(s, 40);
  s.kafka().kill_hard();
  let_market_go_on(s, 200);
  for (std::size_t node = 0; node < 2; ++node) {
    ASSERT_TRUE(s.is_up(node)) << "node " << node << " has ended";
    EXPECT_TRUE(eventually([&] { return says(s.api_of(node, "/health"), "the event log does not answer"); }));
  }
  const auto restarted = s.kafka().restart();
  ASSERT_TRUE(restarted) << restarted.error();
  let_market_go_on(s, 20);
  ASSERT_TRUE(s.world().stop_market());
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{3}))
      << s.disagreement() << "\n" << s.diagnosis();
  for (std::size_t node = 0; node < 2; ++node) EXPECT_EQ(s.stop_node(node), 0) << s.node_output();
}

}  // namespace
}  // namespace hedgerow::test
