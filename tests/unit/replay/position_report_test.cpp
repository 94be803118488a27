#include "runtime/replay/position_report.hpp"

#include <gtest/gtest.h>

#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::replay {
namespace {

using test::simulated_history;

class PositionReport : public ::testing::Test {
 protected:
  position_report report(const cut& until) {
    auto done = positions_at(*log_, until, {});
    EXPECT_TRUE(done) << done.error();
    return done ? *done : position_report{};
  }

  test::fake_clock clock_;
  std::shared_ptr<ports::event_log> log_ = adapters::make_memory_log(clock_, 4);
  simulated_history history_{*log_, 5};
};

TEST_F(PositionReport, ShowsThePositionsOfNowAndOfThen) {
  history_.steps(400);
  history_.settle();
  const auto moment = history_.now();
  const auto then = history_.positions();
  history_.steps(300);
  history_.settle();
  const auto now = report({});
  const auto past = report({moment, {}});
  for (const auto& [name, p] : history_.positions()) EXPECT_EQ(now.symbols.at(name.str()).state, p);
  for (const auto& [name, p] : then) EXPECT_EQ(past.symbols.at(name.str()).state, p);
  EXPECT_TRUE(past.symbols.at("AAPL").origin);
}

TEST_F(PositionReport, WorksOutWhatCompactionTook) {
  history_.steps(400);
  history_.settle();
  const auto moment = history_.now();
  const auto then = history_.positions();
  history_.steps(300);
  history_.settle();
  ASSERT_TRUE(log_->maintain(clock_.now()));
  const auto past = report({moment, {}});
  for (const auto& [name, p] : then) {
    const auto& row = past.symbols.at(name.str());
    EXPECT_FALSE(row.origin);
    EXPECT_EQ(row.state.onchain, p.onchain);
    EXPECT_EQ(row.state.hedged, p.hedged);
    EXPECT_EQ(row.state.last_trade_sequence, p.last_trade_sequence);
  }
}

TEST_F(PositionReport, OffsetsOfTradesGiveSumsUpToThem) {
  history_.steps(400);
  const topic_partition p{topic::onchain_trades, partition_of_symbol("AAPL", 4)};
  const auto none = report({std::nullopt, {{p, 0}}});
  EXPECT_TRUE(none.symbols.at("AAPL").state.onchain.is_zero());
  EXPECT_FALSE(none.symbols.at("AAPL").origin);
}

TEST_F(PositionReport, IsWrittenAsJsonAndAsATable) {
  history_.steps(400);
  history_.settle();
  const auto all = report({});
  EXPECT_NE(to_json(all, "").find(R"("symbol":"MSFT","onchain":")"), std::string::npos);
  EXPECT_EQ(to_json(all, "AAPL").find("MSFT"), std::string::npos);
  EXPECT_EQ(to_json(all, "NONE"), R"({"positions":[]})");
  EXPECT_TRUE(to_text(all, "").starts_with("SYMBOL"));
  EXPECT_NE(to_text(all, "AAPL").find("position-updates/"), std::string::npos);
  EXPECT_EQ(to_text(all, "AAPL").find("MSFT"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::replay
