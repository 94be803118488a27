// Kafka, or the chain, is away for longer than any deadline of a node, while the others go on.
#include <gtest/gtest.h>

#include <set>

#include "tests/e2e/harness.hpp"
#include "tests/support/prometheus_page.hpp"
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

/// Whether the node says by the status, for load balancers, and in words that it cannot work for this reason.
bool is_unavailable(stage& s, std::size_t node, std::string_view problem) {
  const auto answer = s.answer_of(node, "/health");
  return answer && answer->status == 503 && answer->body.find(problem) != std::string::npos;
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
    EXPECT_TRUE(eventually([&] { return is_unavailable(s, node, "the event log does not answer"); }));
  }
  const auto restarted = s.kafka().restart();
  ASSERT_TRUE(restarted) << restarted.error();
  let_market_go_on(s, 20);
  ASSERT_TRUE(s.world().stop_market());
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); }, std::chrono::minutes{3})) << s.disagreement() << "\n"
                                                                                             << s.diagnosis();
  for (std::size_t node = 0; node < 2; ++node) EXPECT_EQ(s.stop_node(node), 0) << s.node_output();
}

/// What this node reports about the chain's node: 1 or 0, -1 when it does not read the chain.
long long chain_connected(stage& s, std::size_t node) {
  const auto answer = s.answer_of(node, "/metrics");
  const auto page = read_prometheus(answer ? answer->body : "");
  if (!page || !page->find("hedgerow_chain_connected")) return -1;
  return page->number("hedgerow_chain_connected");
}

TEST(KafkaOutage, AChainThatStandsStillIsToldByTheNodeThatReadsItAndByNoOther) {
  constexpr const char* away = "ingestion: not connected to the chain's node (chain.ws_url): 127.0.0.1:";
  stage s{
      {"chain-outage", "[]", 0, true, 2, "stale_after = \"1s\"\nrequest_timeout = \"1s\"\nconnect_timeout = \"1s\"\n"}};
  for (std::size_t node = 0; node < 2; ++node) s.start_node(true, node);
  const auto told = [&] { return std::multiset<long long>{chain_connected(s, 0), chain_connected(s, 1)}; };
  ASSERT_TRUE(eventually([&] { return told() == std::multiset<long long>{-1, 1}; }));
  const std::size_t reader = chain_connected(s, 0) == 1 ? 0 : 1;
  s.world().freeze(true);
  EXPECT_TRUE(eventually([&] { return says(s.api_of(reader, "/health"), away); })) << s.output_of(reader);
  EXPECT_TRUE(eventually([&] { return told() == std::multiset<long long>{-1, 0}; }));
  EXPECT_TRUE(
      eventually([&] { return s.output_of(reader).find("WARNING ingestion chain_away") != std::string::npos; }));
  EXPECT_FALSE(says(s.api_of(1 - reader, "/health"), "chain"));
  s.world().freeze(false);
  EXPECT_TRUE(eventually([&] { return s.output_of(reader).find("INFO ingestion chain_back") != std::string::npos; }));
  EXPECT_TRUE(eventually([&] { return told() == std::multiset<long long>{-1, 1}; }));
  EXPECT_TRUE(eventually([&] { return !says(s.api_of(reader, "/health"), "chain"); }));
  EXPECT_EQ(s.output_of(1 - reader).find("chain_"), std::string::npos) << s.output_of(1 - reader);
  s.trade("AAPL0x", true, "1.2");
  EXPECT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
}

}  // namespace
}  // namespace hedgerow::test
