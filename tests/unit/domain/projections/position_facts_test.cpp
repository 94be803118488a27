#include "actors/domain/projections/position_facts.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

const symbol stock = *symbol::parse("AAPL");

onchain_trade trade(std::uint64_t sequence, side s, const char* amount,
                    evm_log_change change = evm_log_change::applied) {
  onchain_trade t;
  t.sequence = sequence;
  t.symbol = stock;
  t.side = s;
  t.change = change;
  t.amount = *shares::parse(amount);
  return t;
}

schwab_execution step(std::uint64_t sequence, execution_state state, const char* filled) {
  schwab_execution e;
  e.execution = {stock, sequence};
  e.side = side::sell;
  e.quantity = 3;
  e.state = state;
  e.filled = *shares::parse(filled);
  return e;
}

TEST(PositionFacts, SumsUpTradesAndTheirReversals) {
  position_facts facts;
  facts.add(trade(1, side::buy, "2.5"));
  facts.add(trade(2, side::sell, "1"));
  facts.add(trade(2, side::sell, "1"));
  facts.add(trade(3, side::sell, "1", evm_log_change::reverted));
  EXPECT_EQ(facts.onchain().to_string(), "2.5");
  EXPECT_EQ(facts.last_trade_sequence(), 3U);
}

TEST(PositionFacts, TakesTheLargestFillOfEachExecutionAndReservesTheRestOfOpenOnes) {
  position_facts facts;
  facts.add(step(1, execution_state::partially_filled, "1"));
  facts.add(step(1, execution_state::submitted, "0"));
  facts.add(step(2, execution_state::failed, "0"));
  EXPECT_EQ(facts.hedged().to_string(), "-1");
  EXPECT_EQ(facts.reserved().to_string(), "-2");
  ASSERT_EQ(facts.live().size(), 1U);
  EXPECT_EQ(facts.live()[0].execution.to_string(), "AAPL:1");
  facts.add(step(1, execution_state::filled, "3"));
  facts.add(step(2, execution_state::filled, "0.5"));
  EXPECT_EQ(facts.hedged().to_string(), "-3.5") << "a late fill counts";
  EXPECT_TRUE(facts.reserved().is_zero());
  EXPECT_TRUE(facts.live().empty());
}

}  // namespace
}  // namespace hedgerow::domain
