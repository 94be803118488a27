// A reversal takes back what was written for its log, whatever has changed since.
#include <random>

#include "validation_fixture.hpp"

namespace hedgerow::validation {
namespace {

TEST_F(ValidationTest, TheReversalOfABuriedFillTakesNothingBack) {
  append(reversal(bury(1), 2));
  EXPECT_TRUE(trades().empty());
}

TEST_F(ValidationTest, AReversalTakesBackWhatWasWrittenWhateverTheRulesSayNow) {
  start();
  const auto event = vector_event("owner_sells_equity", 1);
  append(event);
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(remembered(), 1U);
  crash();
  config.rules.owner = address{};
  config.rules.allow_unlisted = false;
  node->disconnect();
  start();
  append(reversal(event, 2));
  ASSERT_EQ(trades().size(), 2U);
  auto expected = trades()[0];
  expected.change = evm_log_change::reverted;
  expected.sequence = 2;
  EXPECT_EQ(trades()[1], expected);
  EXPECT_EQ(remembered(), 0U);
  append(reversal(event, 3));
  EXPECT_EQ(trades().size(), 2U) << "once";
}

TEST_F(ValidationTest, TradesThatNoReorgReachesAreForgotten) {
  config.remembered_blocks = 10;
  start();
  for (std::uint64_t i = 1; i <= 100; ++i) append(vector_event("owner_sells_equity", i));
  EXPECT_EQ(trades().size(), 100U);
  EXPECT_EQ(remembered(), 11U);
}

TEST_F(ValidationTest, AnEventThatIsReadAgainIsHandledOnce) {
  start();
  const auto first = vector_event("owner_sells_equity", 1);
  append(first);
  append(vector_event("owner_sells_equity", 2));
  append(reversal(first, 3));
  forget_offsets();
  crash();
  start();
  forget_offsets();
  EXPECT_EQ(trades().size(), 3U);
}

TEST_F(ValidationTest, AReversalOfWhatAVersionWithoutMemoryWroteIsJudged) {
  start();
  // In any order of blocks: ingestion takes back what it paired wrongly from the lowest block up.
  append(reversal(vector_event("owner_sells_equity", 3), 8));
  ASSERT_EQ(trades().size(), 1U);
  EXPECT_EQ(trades()[0].change, evm_log_change::reverted);
  append(vector_event("owner_sells_equity", 9));
  crash();
  start();
  append(reversal(vector_event("owner_sells_equity", 5), 10));
  EXPECT_EQ(trades().size(), 3U);
  auto of_earlier_ingestion = reversal(vector_event("owner_sells_equity", 6), 11);
  of_earlier_ingestion.reverts = 0;
  append(of_earlier_ingestion);
  EXPECT_EQ(trades().size(), 4U);
  append(reversal(vector_event("owner_sells_equity", 9), 12));
  append(reversal(vector_event("owner_sells_equity", 9), 13));
  EXPECT_EQ(trades().size(), 5U) << "of an event that came after the upgrade, once";
}

TEST_F(ValidationTest, AnEventForWhichNothingIsWrittenIsNoReasonToForgetThatAllAreRemembered) {
  start();
  append(vector_event("taker_is_owner_but_order_is_not", 1));
  pass(bridges::bridge_config{}.idle_passivate);
  crash();
  append(reversal(bury(2), 3));
  EXPECT_TRUE(trades().empty());
}

TEST_F(ValidationTest, WhatWasForgottenIsJudgedHoweverLongTheMemoryIsNow) {
  config.remembered_blocks = 10;
  start();
  const auto old = vector_event("owner_sells_equity", 1);
  append(old);
  append(vector_event("owner_sells_equity", 50));
  crash();
  config.remembered_blocks = 1000;
  start();
  append(reversal(old, 51));
  EXPECT_EQ(trades().size(), 3U);
}

TEST_F(ValidationTest, RememberedTradesUnderAnotherKeyAreUnreadable) {
  written_trades stored{1001, {}, 0, {written_trade{}}};
  stored.trades[0].symbol = *symbol::parse("NVDA");
  const envelope meta{"x", clock.now(), clock.now(), {}, {}, {}};
  auto writer = log->join({"test-writer", "w", {}});
  (*writer)->commit({{{{topic::validation_changelog, 0}, "trades:7:0x00:0", codec::encode(meta, stored)}}, {}},
                    [](auto outcome) { EXPECT_TRUE(outcome); });
  run();
  start();
  EXPECT_TRUE(notices.has("changelog_unreadable")) << notices.all();
}

/// After any failures in between, each event that is not reverted counts as it was written, and a reverted one counts
/// nothing.
TEST_F(ValidationTest, ReversalsAfterAnyHistoryOfFailuresLeaveTheSumOfWhatStands) {
  const auto known = node->token_answers;
  const auto owner = config.rules.owner;
  std::mt19937_64 random{20260107};
  start();
  std::vector<blockchain_event> standing;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 600; ++i) {
    switch (random() % 8) {
      case 0: node->failing_calls = static_cast<int>(random() % 4); break;
      case 1: node->token_answers = random() % 2 == 0 ? known : std::map<address, std::pair<bytes, bytes>>{}; break;
      case 2:
        crash();
        config.rules.owner = random() % 3 == 0 ? address{} : owner;
        config.rules.usdc = random() % 3 == 0 ? std::optional{address{}} : std::nullopt;
        start();
        break;
      case 3: forget_offsets(); break;
      case 4:
        if (standing.empty()) break;
        append(reversal(standing.back(), ++sequence));
        standing.pop_back();
        break;
      default: standing.push_back(vector_event("owner_sells_equity", ++sequence)); append(standing.back());
    }
    pass(config.token_retry_max);
    pass(config.token_retry_max);
  }
  std::map<evm_log_ref, int> booked;
  std::map<evm_log_ref, onchain_trade> written;
  for (const auto& t : trades()) {
    booked[t.ref] += t.change == evm_log_change::applied ? 1 : -1;
    if (t.change == evm_log_change::applied) {
      written[t.ref] = t;
      continue;
    }
    ASSERT_TRUE(written.contains(t.ref)) << "a reversal of what was never written";
    EXPECT_EQ(t.amount, written[t.ref].amount);
    EXPECT_EQ(t.side, written[t.ref].side);
  }
  for (const auto& event : standing) {
    EXPECT_EQ(booked[event.log.ref], written.contains(event.log.ref) ? 1 : 0);
    booked.erase(event.log.ref);
  }
  for (const auto& [ref, sum] : booked) EXPECT_EQ(sum, 0) << "reverted";
  EXPECT_GT(written.size(), 20U);
}

}  // namespace
}  // namespace hedgerow::validation
