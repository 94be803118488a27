// A reversal takes back exactly the written trade, once, and only while a reorg can reach it.
#include "actors/domain/fills/trade_memory.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

onchain_trade trade_in(std::uint64_t block, std::uint64_t sequence) {
  onchain_trade trade;
  trade.sequence = sequence;
  trade.ref.block_number = block;
  trade.ref.log_index = 3;
  return trade;
}

TEST(TradeMemory, GivesWhatWasWrittenOnce) {
  trade_memory memory;
  const auto written = trade_in(7, 1);
  memory.remember(written);
  EXPECT_EQ(memory.take_back(written.ref), written);
  EXPECT_EQ(memory.take_back(written.ref), std::nullopt);
}

TEST(TradeMemory, ForgetsBlocksBelowTheBoundOnly) {
  trade_memory memory;
  memory.restore(trade_in(7, 1));
  memory.restore(trade_in(8, 2));
  memory.forget_below(8);
  EXPECT_EQ(memory.take_back(trade_in(7, 1).ref), std::nullopt);
  EXPECT_TRUE(memory.take_back(trade_in(8, 2).ref));
}

TEST(TradeMemory, ARolledBackChangeLeavesNothingBehind) {
  trade_memory memory;
  memory.restore(trade_in(7, 1));
  (void)memory.take_back(trade_in(7, 1).ref);
  memory.remember(trade_in(8, 2));
  memory.rollback();
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_TRUE(memory.commit().empty());
  EXPECT_TRUE(memory.take_back(trade_in(7, 1).ref));
}

}  // namespace
}  // namespace hedgerow::domain
