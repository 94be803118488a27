// The check accepts the records that an accumulator writes, and finds records that were changed afterwards.
#include "runtime/replay/position_check.hpp"

#include <gtest/gtest.h>

#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::replay {
namespace {

using test::fake_clock;
using test::simulated_history;

std::string text_of(const position_check& c) {
  std::string out;
  for (const auto& d : c.differences) out += d.symbol + ": " + d.where + ": " + d.what + "\n";
  return out;
}

class PositionCheck : public ::testing::Test {
 protected:
  position_check check() {
    auto done = check_positions(*log_, history_.policy(), {});
    EXPECT_TRUE(done) << done.error();
    return done ? *done : position_check{};
  }
  /// Rewrites the newest update of a symbol that has none waiting.
  void append_changed(const symbol& name, const std::function<void(position_update&)>& change) {
    const topic_partition p{topic::position_updates, partition_of_symbol(name.str(), 4)};
    const auto records = *log_->read(p, 0, 1'000'000);
    for (auto it = records.rbegin(); it != records.rend(); ++it) {
      if (it->key != name.str()) continue;
      auto e = *codec::decode<position_update>(*it->value);
      change(e.data);
      return history_.append({p, name.str(), codec::encode(e.meta, e.data)});
    }
    FAIL() << "no update of " << name.str();
  }

  fake_clock clock_;
  std::shared_ptr<ports::event_log> log_ = adapters::make_memory_log(clock_, 4);
  simulated_history history_{*log_, 1};
  const symbol aapl_ = *symbol::parse("AAPL");
};

TEST_F(PositionCheck, FindsNothingWrongInWhatAnAccumulatorWrites) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto log = adapters::make_memory_log(clock_, 4);
    simulated_history history{*log, seed};
    history.steps(2000);
    const auto done = check_positions(*log, history.policy(), {});
    ASSERT_TRUE(done) << done.error();
    EXPECT_EQ(text_of(*done), "") << "seed " << seed;
    EXPECT_EQ(done->symbols, 5U);
    EXPECT_GT(done->updates, 200U);
    EXPECT_EQ(done->after_compaction, 0U);
  }
}

TEST_F(PositionCheck, FindsNothingWrongAfterCompaction) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto log = adapters::make_memory_log(clock_, 4);
    simulated_history history{*log, seed};
    history.steps(1500);
    ASSERT_TRUE(log->maintain(clock_.now()));
    history.steps(1000);
    const auto done = check_positions(*log, history.policy(), {});
    ASSERT_TRUE(done) << done.error();
    EXPECT_EQ(text_of(*done), "") << "seed " << seed;
    EXPECT_GT(done->after_compaction, 0U);
    EXPECT_LE(done->after_compaction, 5U);
    EXPECT_GT(done->updates, 50U);
  }
}

TEST_F(PositionCheck, AnEmptyLogIsFine) {
  EXPECT_EQ(check().symbols, 0U);
  EXPECT_TRUE(check().differences.empty());
}

TEST_F(PositionCheck, AChangedPositionIsNamedWithItsPlaceAndField) {
  history_.steps(400);
  history_.settle();
  append_changed(aapl_,
                 [](position_update& p) { p.onchain = *p.onchain.plus(*shares::parse("0.000000000000000001")); });
  const auto done = check();
  ASSERT_EQ(done.differences.size(), 1U) << text_of(done);
  EXPECT_EQ(done.differences[0].symbol, "AAPL");
  EXPECT_EQ(done.differences[0].where,
            "position-updates/" + std::to_string(partition_of_symbol("AAPL", 4)) + "@" +
                std::to_string(*log_->end_offset({topic::position_updates, partition_of_symbol("AAPL", 4)}) - 1));
}

TEST_F(PositionCheck, ATradeThatWasNotBookedIsNamed) {
  history_.steps(400);
  history_.settle();
  const topic_partition p{topic::onchain_trades, partition_of_symbol("AAPL", 4)};
  history_.append(history_.next_trade(aapl_));
  EXPECT_TRUE(check().differences.empty()) << "the accumulator has not come to it yet";
  const auto end = *log_->end_offset(p);
  history_.append({{topic::pyth_prices, 0}, "k", "v"}, input_offset{p, end});
  const auto done = check();
  ASSERT_EQ(done.differences.size(), 1U) << text_of(done);
  EXPECT_EQ(done.differences[0].where, to_string(p) + "@" + std::to_string(end - 1));
  EXPECT_NE(done.differences[0].what.find("was not booked"), std::string::npos);
}

TEST_F(PositionCheck, WrongSumsAreFoundAlthoughCompactionTookTheHistory) {
  history_.steps(400);
  history_.settle();
  append_changed(aapl_, [](position_update& p) { p.hedged = *p.hedged.plus(*shares::parse("1000")); });
  ASSERT_TRUE(log_->maintain(clock_.now()));
  const auto done = check();
  ASSERT_EQ(done.differences.size(), 1U) << text_of(done);
  EXPECT_NE(done.differences[0].what.find("hedged"), std::string::npos);
}

TEST_F(PositionCheck, AnotherPolicyIsADifference) {
  history_.steps(400);
  auto policy = history_.policy();
  policy.max_order_shares = 1;
  policy.failure_backoff = std::chrono::seconds{7};
  const auto done = check_positions(*log_, policy, {});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->differences.empty());
}

TEST_F(PositionCheck, WhatCannotBeReadIsADifferenceOfItsSymbolOnly) {
  history_.steps(400);
  history_.settle();
  history_.append({{topic::position_updates, partition_of_symbol("AAPL", 4)}, "AAPL", "nonsense"});
  const auto done = check();
  ASSERT_EQ(done.differences.size(), 1U) << text_of(done);
  EXPECT_NE(done.differences[0].what.find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::replay
