// A reversal takes back exactly the written trade, once, and only while a reorg can reach it.
#include "actors/domain/fills/trade_memory.hpp"

#include <gtest/gtest.h>

#include <map>

namespace hedgerow::domain {
namespace {

evm_log_ref log_of(std::uint64_t block, std::uint64_t index, unsigned char branch = 0xaa) {
  evm_log_ref ref;
  ref.block_number = block;
  ref.block_hash.value.fill(branch);
  ref.tx_hash.value.fill(static_cast<unsigned char>(index));
  ref.log_index = index;
  return ref;
}

onchain_trade trade_of(const evm_log_ref& ref, std::uint64_t sequence) {
  onchain_trade trade;
  trade.sequence = sequence;
  trade.chain_id = 8453;
  trade.ref = ref;
  trade.book.value.fill(0xbb);
  trade.kind = fill_kind::clear;
  trade.symbol = *symbol::parse("NVDA");
  trade.token_symbol = "NVDA0x";
  trade.token.value.fill(0xcc);
  trade.side = side::sell;
  trade.amount = *shares::parse("0.374");
  trade.notional = *usd::parse("64.169234");
  trade.block_time = {1'700'000'000'000'000};
  return trade;
}

onchain_trade trade_in(std::uint64_t block, std::uint64_t sequence) {
  return trade_of(log_of(block, sequence), sequence);
}

/// The log of the trade, gone.
blockchain_event reverted(const onchain_trade& trade, std::uint64_t sequence) {
  blockchain_event event;
  event.sequence = sequence;
  event.chain_id = trade.chain_id;
  event.change = evm_log_change::reverted;
  event.log.ref = trade.ref;
  event.log.book = trade.book;
  event.block_time = trade.block_time;
  return event;
}

blockchain_event reverted(const evm_log_ref& ref) { return reverted(trade_of(ref, 0), 1000); }
blockchain_event reverted(std::uint64_t block, std::uint64_t sequence) { return reverted(log_of(block, sequence)); }

/// What a changelog holds after these changes; sorted by key.
using stored_records = std::map<std::string, written_trades>;

void store(stored_records& into, const std::vector<trade_memory::change>& changes) {
  for (const auto& [key, now] : changes)
    if (now != nullptr)
      into[key] = *now;
    else
      into.erase(key);
}

trade_memory restarted(const stored_records& stored) {
  trade_memory memory;
  for (const auto& [key, trades] : stored) memory.restore(trades);
  return memory;
}

TEST(TradeMemory, AReversalIsTheWrittenTradeWithItsOwnSequenceOnce) {
  stored_records stored;
  trade_memory memory;
  const auto written = trade_in(7, 1);
  memory.remember(written);
  store(stored, memory.commit());
  auto after_restart = restarted(stored);
  auto expected = written;
  expected.change = evm_log_change::reverted;
  expected.sequence = 9;
  for (auto* each : {&memory, &after_restart}) {
    EXPECT_EQ(each->take_back(reverted(written, 9)), expected);
    EXPECT_EQ(each->take_back(reverted(written, 10)), std::nullopt);
  }
}

TEST(TradeMemory, NothingIsKnownOfWhatAnEarlierVersionWroteOrWasForgotten) {
  validation_checkpoint reached;
  auto event = reverted(7, 1);
  event.reverts = 5;
  EXPECT_TRUE(remembers(reached, event));
  reached.remembered_from = 5;
  reached.forgotten_below = 7;
  EXPECT_TRUE(remembers(reached, event));
  reached.remembered_from = 6;
  EXPECT_FALSE(remembers(reached, event));
  reached = {.forgotten_below = 8};
  EXPECT_FALSE(remembers(reached, event));
  event.reverts = 0;
  EXPECT_FALSE(remembers({}, event)) << "of an ingestion that did not say what it reverts";
}

TEST(TradeMemory, ForgetsBlocksBelowTheBoundOnly) {
  trade_memory memory;
  memory.remember(trade_in(7, 1));
  memory.remember(trade_in(8, 2));
  memory.forget_below(8);
  EXPECT_EQ(memory.take_back(reverted(7, 1)), std::nullopt);
  EXPECT_TRUE(memory.take_back(reverted(8, 2)));
}

TEST(TradeMemory, TwoBranchesAtOneHeightAreKeptApart) {
  trade_memory memory;
  stored_records stored;
  const auto old_log = log_of(7, 1, 0x01);
  const auto new_log = log_of(7, 1, 0x02);
  memory.remember(trade_of(old_log, 1));
  memory.remember(trade_of(new_log, 2));
  store(stored, memory.commit());
  EXPECT_EQ(stored.size(), 2U);
  memory = restarted(stored);
  EXPECT_EQ(memory.take_back(reverted(old_log))->ref, old_log);
  EXPECT_EQ(memory.take_back(reverted(old_log)), std::nullopt);
  EXPECT_EQ(memory.take_back(reverted(new_log))->ref, new_log);
}

TEST(TradeMemory, ARolledBackChangeLeavesNothingBehind) {
  trade_memory memory;
  memory.remember(trade_in(7, 1));
  (void)memory.commit();
  (void)memory.take_back(reverted(7, 1));
  memory.remember(trade_in(8, 2));
  memory.forget_below(8);
  memory.rollback();
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_TRUE(memory.commit().empty());
  EXPECT_TRUE(memory.take_back(reverted(7, 1)));
}

TEST(TradeMemory, TheTradesOfABlockShareARecordWhileItIsSmall) {
  trade_memory memory;
  stored_records stored;
  for (std::uint64_t sequence = 1; sequence < trades_in_record; ++sequence) memory.remember(trade_in(7, sequence));
  store(stored, memory.commit());
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored.begin()->first, "trades:7:0x" + std::string(64, 'a') + ":0");
  EXPECT_EQ(stored.begin()->second.trades.size(), trades_in_record - 1);
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
  EXPECT_TRUE(memory.take_back(reverted(7, 1)));
  store(stored, memory.commit());
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored.begin()->second.trades.size(), 1U);
  memory = restarted(stored);
  EXPECT_EQ(memory.take_back(reverted(7, 1)), std::nullopt);
  EXPECT_TRUE(memory.take_back(reverted(7, 2)));
  store(stored, memory.commit());
  EXPECT_TRUE(stored.empty());
}

TEST(TradeMemory, ATradeThatIsWrittenAgainIsRememberedOnceInWhateverPart) {
  trade_memory memory;
  stored_records stored;
  auto again = trade_in(7, 1);
  memory.remember(again);
  store(stored, memory.commit());
  again.sequence = 1000;
  again.amount = *shares::parse("2");
  memory.remember(again);
  store(stored, memory.commit());
  EXPECT_EQ(stored.size(), 1U);
  EXPECT_EQ(memory.size(), 1U);
  EXPECT_EQ(memory.take_back(reverted(7, 1))->amount, again.amount);
}

}  // namespace
}  // namespace hedgerow::domain
