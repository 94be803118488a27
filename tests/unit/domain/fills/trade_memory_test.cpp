// A reversal takes back exactly the written trade, once, and only while a reorg can reach it.
#include "actors/domain/fills/trade_memory.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hedgerow::domain {
namespace {

onchain_trade trade_in(std::uint64_t block, std::uint64_t sequence) {
  onchain_trade trade;
  trade.sequence = sequence;
  trade.ref.block_number = block;
  trade.ref.log_index = sequence;
  return trade;
}

/// What a changelog holds after these changes; sorted by key.
using stored_records = std::map<std::string, written_trades>;

void store(stored_records& into, const std::vector<trade_memory::change>& changes) {
  for (const auto& [key, now] : changes)
    if (now)
      into[key] = *now;
    else
      into.erase(key);
}

std::size_t trades_of(const stored_records& all) {
  std::size_t count = 0;
  for (const auto& [key, stored] : all) count += stored.trades.size();
  return count;
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
  memory.restore(written_trades{{trade_in(7, 1)}});
  memory.restore(written_trades{{trade_in(8, 2)}});
  memory.forget_below(8);
  EXPECT_EQ(memory.take_back(trade_in(7, 1).ref), std::nullopt);
  EXPECT_TRUE(memory.take_back(trade_in(8, 2).ref));
}

TEST(TradeMemory, ARolledBackChangeLeavesNothingBehind) {
  trade_memory memory;
  memory.restore(written_trades{{trade_in(7, 1)}});
  (void)memory.take_back(trade_in(7, 1).ref);
  memory.remember(trade_in(8, 2));
  memory.rollback();
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_TRUE(memory.commit().empty());
  EXPECT_TRUE(memory.take_back(trade_in(7, 1).ref));
}

TEST(TradeMemory, TheTradesOfABlockShareARecordWhileItIsSmall) {
  trade_memory memory;
  stored_records stored;
  for (std::uint64_t sequence = 1; sequence < trades_in_record; ++sequence) memory.remember(trade_in(7, sequence));
  store(stored, memory.commit());
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored.begin()->first, "trades:7:0");
  EXPECT_EQ(trades_of(stored), trades_in_record - 1);
  memory.remember(trade_in(7, trades_in_record));
  store(stored, memory.commit());
  EXPECT_EQ(stored.size(), 2U);
  memory.forget_below(8);
  store(stored, memory.commit());
  EXPECT_TRUE(stored.empty());
}

TEST(TradeMemory, ARecordGoesWithItsLastTrade) {
  trade_memory memory;
  stored_records stored;
  memory.remember(trade_in(7, 1));
  memory.remember(trade_in(7, 2));
  store(stored, memory.commit());
  EXPECT_TRUE(memory.take_back(trade_in(7, 1).ref));
  store(stored, memory.commit());
  EXPECT_EQ(trades_of(stored), 1U);
  trade_memory restarted;
  for (const auto& [key, trades] : stored) restarted.restore(trades);
  EXPECT_EQ(restarted.take_back(trade_in(7, 1).ref), std::nullopt);
  EXPECT_EQ(restarted.take_back(trade_in(7, 2).ref), trade_in(7, 2));
  store(stored, restarted.commit());
  EXPECT_TRUE(stored.empty());
}

TEST(TradeMemory, AReappliedTradeIsRememberedOnce) {
  trade_memory memory;
  auto again = trade_in(7, 1);
  memory.remember(again);
  again.sequence = 1000;
  memory.remember(again);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.take_back(again.ref), again);
}

TEST(TradeMemory, RecordsOfAnEarlierVersionAreReplacedWhenTheirPartChanges) {
  trade_memory memory;
  memory.restore(trade_in(7, 1));
  memory.restore(trade_in(7, 2));
  EXPECT_TRUE(memory.commit().empty());
  EXPECT_TRUE(memory.take_back(trade_in(7, 1).ref));
  const auto changes = memory.commit();
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].now, (written_trades{{trade_in(7, 2)}}));
  EXPECT_EQ(changes[1].key, memory_key(trade_in(7, 1).ref));
  EXPECT_EQ(changes[2].key, memory_key(trade_in(7, 2).ref));
  EXPECT_FALSE(changes[1].now || changes[2].now);
  memory.forget_below(8);
  EXPECT_EQ(memory.commit().size(), 1U) << "the earlier records are gone already";
}

}  // namespace
}  // namespace hedgerow::domain
