// The chain against what ingestion wrote of it.
#include "runtime/chain_check/chain_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../actors/ingestion_fixture.hpp"

namespace hedgerow::chain_check {
namespace {

using ingestion::after_clear;
using ingestion::clear_of;
using ingestion::take;
using ports::chain_error;
using ports::chain_failure;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ChainCheckTest : public ingestion::IngestionTest {
 public:
  ChainCheckTest() { config.owner.value.fill(0x0e); }

  /// Of all that was read, unless the test says which blocks.
  expected<report, std::string> look(request wanted = {}) {
    wanted.newest = !wanted.to;
    chain_reader reader{std::make_shared<test::fake_chain>(node), jitter,
                        [this](std::chrono::milliseconds length) { pauses.push_back(length); }};
    return check(
        *log, reader, config, wanted,
        {[](auto) {},
         [this](const domain::block_range&) { return [this](std::uint64_t blocks) { told.push_back(blocks); }; }});
  }

  /// The lines of a comparison that is expected to succeed.
  std::vector<std::string> differences(const request& wanted = {}) {
    const auto done = look(wanted);
    EXPECT_TRUE(done) << done.error();
    std::vector<std::string> lines;
    if (!done) return lines;
    seen = done->seen;
    for (const auto& d : done->differences) lines.push_back(d.what);
    return lines;
  }

  /// Ingestion reads these blocks.
  void read(const std::vector<std::vector<raw_evm_log>>& blocks) {
    start();
    settle();
    for (const auto& logs : blocks) node->mine(logs);
    settle();
  }

  std::vector<std::chrono::milliseconds> pauses;
  std::vector<std::uint64_t> told;
  counts seen;
};

TEST_F(ChainCheckTest, AgreesWithAChainThatWasReplacedInBetween) {
  read({{take(1)}, {clear_of(config.owner), after_clear(9)}, {}, {take(4), take(5)}});
  node->reorg_to(2, {{take(7)}, {take(8)}, {}});
  settle();
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(seen.on_chain, 4U);
  EXPECT_EQ(seen.agree, 4U);
  EXPECT_EQ(told.back(), 6U) << "blocks 0 to 5";
  EXPECT_THAT(differences({2, 2}), IsEmpty());
  EXPECT_EQ(seen.on_chain, 1U);
}

TEST_F(ChainCheckTest, ALogThatTheNodeHidIsMissing) {
  node->hidden = {{2, 0}, {3, 1}};
  read({{take(1)}, {take(2)}, {take(3), clear_of(config.owner), after_clear(9)}});
  node->hidden.clear();
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr("missing: a Take of the chain is not in the log: log 0 of block 2,"),
                          HasSubstr("missing: a Clear of the chain is not in the log: log 1 of block 3,")));
  EXPECT_EQ(seen.agree, 2U);
  EXPECT_THAT(differences({1, 1}), IsEmpty());
}

TEST_F(ChainCheckTest, WhatTheChainHasNoMoreIsGone) {
  read({{take(1)}, {take(2)}});
  crash();
  node->reorg_to(1, {{take(7)}, {}});
  EXPECT_THAT(differences(), ElementsAre(HasSubstr("missing: a Take of the chain is not in the log: log 0 of block 2,"),
                                         HasSubstr("gone: event 2 is of block 0x")));
}

TEST_F(ChainCheckTest, OtherContentDiffers) {
  node->silent_logs = true;
  node->garble_logs = [](ports::evm_logs& answer) {
    for (auto& seen : answer.logs) seen.log.data[5] = 0xff;
  };
  read({{take(1)}});
  node->garble_logs = nullptr;
  EXPECT_THAT(differences(),
              ElementsAre(HasSubstr("differs: event 1 has other data than the chain: log 0 of block 1,")));
  EXPECT_EQ(seen.agree, 0U);
}

TEST_F(ChainCheckTest, AClearHasTheAmountsOfItsOwnAfterClear) {
  node->no_receipts = true;
  node->hidden = {{1, 1}, {1, 2}};
  read({{clear_of(config.owner), after_clear(1), clear_of(config.owner), after_clear(3)}});
  for (int i = 0; i < 80; ++i) advance(std::chrono::seconds{1});
  ASSERT_EQ(events().size(), 1U) << "the node has shown nothing else for long";
  node->hidden.clear();
  EXPECT_THAT(
      differences(),
      ElementsAre(HasSubstr("differs: event 1 does not have the amounts of its Clear's AfterClear: log 0 of block 1,"),
                  HasSubstr("missing: a Clear of the chain is not in the log: log 2 of block 1,")));
}

TEST_F(ChainCheckTest, TheClearOfAStrangerNeedsNoAmounts) {
  address stranger;
  stranger.value.fill(0x55);
  read({{clear_of(stranger), after_clear(9)}});
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(seen.agree, 1U);
}

TEST_F(ChainCheckTest, WhatNoRecordCanHoldIsCountedApart) {
  auto large = take(1);
  large.data.resize(ports::largest_record);
  read({{large}, {take(2)}});
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(seen.on_chain, 2U);
  EXPECT_EQ(seen.refused, 1U);
  EXPECT_EQ(seen.agree, 1U);
}

TEST_F(ChainCheckTest, ContractsWithoutASectionAreNotCompared) {
  read({{take(1)}});
  config.books.front().book.value.fill(0x33);
  node->garble_logs = [](ports::evm_logs& answer) { answer.logs.clear(); };
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(seen.of_other_books, 1U);
}

TEST_F(ChainCheckTest, ARecordThatCannotBeReadIsADifference) {
  read({{take(1)}});
  auto writer = log->join({"test", "test", {topic::blockchain_events}});
  ASSERT_TRUE(writer);
  (*writer)->commit({{{{topic::blockchain_events, 0}, "key", "{"}}, {}}, [](const auto& done) { EXPECT_TRUE(done); });
  EXPECT_THAT(differences(), ElementsAre("unreadable: blockchain-events/0@1 cannot be read by this version"));
}

TEST_F(ChainCheckTest, RangesAreAsWideAsTheNodeAnswersAndFailuresAreTriedAgain) {
  std::vector<std::vector<raw_evm_log>> blocks;
  for (unsigned char i = 1; i <= 40; ++i) blocks.push_back({take(i)});
  read(blocks);
  node->max_range = 3;
  int refusals = 2;
  node->refuse_logs = [&](const ports::evm_log_query&) -> std::optional<chain_error> {
    if (refusals-- <= 0) return std::nullopt;
    return chain_error{chain_failure::throttled, "slow down", std::chrono::milliseconds{7000}};
  };
  EXPECT_THAT(differences(), IsEmpty());
  EXPECT_EQ(seen.agree, 40U);
  EXPECT_EQ(pauses.at(0).count(), 7000) << "as the node wishes";

  node->refuse_logs = [](const auto&) { return chain_error{chain_failure::rpc_error, "internal error"}; };
  const auto failed = look({5, std::nullopt});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error(), "the node does not say the logs of blocks 5 to 5, last: rpc_error, internal error");
}

TEST_F(ChainCheckTest, AnotherChainAndANodeThatLagsAreRefused) {
  read({{take(1)}, {take(2)}});
  node->set_back(1);
  const auto lags = look();
  ASSERT_FALSE(lags);
  EXPECT_THAT(lags.error(), HasSubstr("the node is at block 1, below block 2 that is to be compared"));
  node->id = 5;
  const auto other = look();
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error(), HasSubstr("the log is of chain 31337, but the node of chain.ws_url says 5"));
}

TEST_F(ChainCheckTest, AnEmptyLogIsNoAgreement) {
  chain_reader reader{std::make_shared<test::fake_chain>(node), jitter, [](auto) {}};
  const auto none = check(*log, reader, config, {}, {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), HasSubstr("has read no block"));
}

TEST(BlocksOf, AreThoseThatWereReadAndNoReorgReaches) {
  ingestion::ingestion_config config;
  config.backfill.start_block = 100;
  config.reorg_window_blocks = 64;
  const auto blocks = [&](const request& wanted, std::uint64_t read_to) { return blocks_of(wanted, read_to, config); };
  EXPECT_EQ(blocks({}, 1000).value(), (domain::block_range{100, 936}));
  EXPECT_EQ(blocks({200, 1000}, 1000).value(), (domain::block_range{200, 1000}));
  EXPECT_THAT(blocks({99, {}}, 1000).error(), HasSubstr("--from 99: nothing below chain.start_block = 100"));
  EXPECT_THAT(blocks({{}, 1001}, 1000).error(), HasSubstr("--to 1001: the log has read up to block 1000"));
  EXPECT_THAT(blocks({950, {}}, 1000).error(), HasSubstr("newest 64 (chain.reorg_window_blocks) may still change"));
  EXPECT_EQ(blocks({200, {}, true}, 210).value(), (domain::block_range{200, 210}));
  EXPECT_THAT(blocks({300, 200}, 1000).error(), HasSubstr("--from 300: is above --to 200"));
  EXPECT_THAT(blocks({300, {}, true}, 210).error(), HasSubstr("--from 300: is above what was read, block 210"));
}

}  // namespace
}  // namespace hedgerow::chain_check
