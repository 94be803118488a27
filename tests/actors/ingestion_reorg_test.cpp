// Reorgs, and what is read again after them.
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;

TEST_F(IngestionTest, AFillThatReplacedAnEmptyBlockWhileTheProcessWasDownIsFound) {
  start();
  settle();
  for (int i = 0; i < 5; ++i) node->mine();
  settle();
  crash();
  node->reorg_to(1, {{take(5)}});
  for (int i = 0; i < 200; ++i) node->mine();
  start();
  settle();
  settle();
  EXPECT_EQ(canonical(), (fills{{5, 5}}));
}

TEST_F(IngestionTest, AFillThatReplacedAnEmptyBlockWhileDisconnectedIsFound) {
  config.backfill.rescan_blocks = 0;
  start();
  settle();
  for (int i = 0; i < 5; ++i) node->mine();
  settle();
  node->disconnect();
  run();
  node->reorg_to(2, {{take(4)}, {}});
  for (int i = 0; i < 200; ++i) node->mine();
  node->connect();
  settle();
  settle();
  EXPECT_EQ(canonical(), (fills{{4, 4}}));
}

TEST_F(IngestionTest, ReplacedBlocksAreReadAgainAtOnce) {
  config.backfill.rescan_blocks = 0;
  start();
  settle();
  for (int i = 0; i < 5; ++i) node->mine();
  settle();
  // No log is sent, and no block with logs was known: only the heads show the reorg.
  node->silent_logs = true;
  node->reorg_to(3, {{take(3)}, {}, {take(5)}, {}});
  settle();
  EXPECT_EQ(canonical(), (fills{{3, 3}, {5, 5}}));
  // A head was skipped, and what was below it was replaced.
  node->silent_heads = true;
  node->reorg_to(2, {{take(15)}, {}, {}});
  node->silent_heads = false;
  node->mine();
  settle();
  EXPECT_EQ(canonical(), (fills{{3, 3}, {5, 15}}));
}

TEST_F(IngestionTest, ALogThatWaitsBelowAReorgIsAskedForAgain) {
  config.backfill.rescan_interval = 2s;
  start();
  settle();
  for (int i = 0; i < 4; ++i) node->mine();
  node->mine({take(5)});
  settle();
  ASSERT_EQ(canonical(), (fills{{5, 5}}));
  // The header of the new block 4 is slow: its log waits for the time while block 5 is taken back.
  node->silent_heads = true;
  node->silent_logs = true;
  node->silent_blocks = {4};
  node->reorg_to(2, {{take(4)}, {}});
  clock.advance(3s);
  settle();
  node->silent_blocks.clear();
  node->silent_heads = false;
  node->mine({take(6)});
  settle();
  settle();
  node->mine({take(7)});
  settle();
  EXPECT_EQ(canonical(), (fills{{4, 4}, {6, 6}, {7, 7}}));
  EXPECT_EQ(entity().state, protocol::run_state::running);
}

TEST_F(IngestionTest, ALogThatWaitsForItsTimeBelowTheForkIsAskedForAgain) {
  config.backfill.rescan_interval = 2s;
  start();
  settle();
  node->mine();
  node->mine();
  // No head tells the time of block 3, and its log is not there yet when the block is read.
  node->silent_logs = true;
  node->silent_heads = true;
  node->garble_logs = [](ports::evm_logs& answer) { answer.logs.clear(); };
  node->mine({take(3)});
  node->silent_heads = false;
  node->mine();
  node->mine();
  settle();
  ASSERT_EQ(canonical(), fills{});
  // A rescan finds the log, but the node does not give the header of its block while block 5 is replaced.
  node->garble_logs = nullptr;
  node->silent_blocks = {3};
  clock.advance(3s);
  settle();
  ASSERT_EQ(shown("waiting"), 1);
  node->reorg_to(1, {{take(5)}, {}});
  settle();
  node->silent_blocks.clear();
  settle();
  node->mine({take(7)});
  settle();
  EXPECT_EQ(canonical(), (fills{{3, 3}, {5, 5}, {7, 7}}));
  EXPECT_EQ(shown("waiting"), 0);
}

TEST_F(IngestionTest, WhatWasDroppedAsFinalIsNotBookedAgainAfterAReorgAndARestart) {
  config.reorg_window_blocks = 8;
  config.backfill.rescan_blocks = 0;
  start();
  settle();
  for (unsigned char i = 1; i <= 30; ++i) node->mine({take(i)});
  settle();
  node->reorg(5);  // the checkpoint goes back
  run();
  crash();
  config.reorg_window_blocks = 64;  // and the window is made wider
  start();
  settle();
  EXPECT_EQ(canonical(), truth());
  node->mine({take(99)});
  settle();
  EXPECT_EQ(canonical(), truth());
}

TEST_F(IngestionTest, AReorgDeeperThanTheWindowIsAnAlarm) {
  config.reorg_window_blocks = 8;
  start();
  settle();
  for (unsigned char i = 1; i <= 30; ++i) node->mine({take(i)});
  settle();
  node->reorg(8);
  settle();
  EXPECT_EQ(notices.count("ALARM"), 0U) << notices.all();
  EXPECT_EQ(canonical(), truth());
  for (unsigned char i = 1; i <= 30; ++i) node->mine({take(i)});
  settle();
  node->reorg(15);
  settle();
  EXPECT_EQ(notices.count("ALARM reorg_too_deep chain.reorg_window_blocks"), 1U) << notices.all();
}

TEST_F(IngestionTest, AReorgDeeperThanTheWindowWhileTheProcessWasDownIsAnAlarm) {
  config.reorg_window_blocks = 8;
  start();
  settle();
  for (unsigned char i = 1; i <= 30; ++i) node->mine({take(i)});
  settle();
  crash();
  node->reorg(12);
  start();
  settle();
  EXPECT_EQ(notices.count("ALARM reorg_too_deep chain.reorg_window_blocks"), 1U) << notices.all();
}

TEST_F(IngestionTest, ALateLogOfAReplacedBlockIsNotAccepted) {
  config.backfill.rescan_blocks = 0;
  start();
  settle();
  for (int i = 0; i < 3; ++i) node->mine();
  node->silent_logs = true;
  node->mine({take(4)});
  const auto late = node->logs_of(4).front();
  node->reorg_to(1, {{}, {}});
  settle();
  node->tell_log(late);
  settle();
  EXPECT_EQ(canonical(), fills{});
}

/// Branches, live logs in any order and more than once, silent subscriptions, losses and restarts: at the end the
/// booked fills are those of the chain.
TEST_F(IngestionTest, RandomBranchesAndLiveLogsInAnyOrderEndWithTheChain) {
  config.backfill.rescan_interval = 2s;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    node = std::make_shared<test::fake_node>();
    log = adapters::make_memory_log(clock, 4);
    lost_answers lost;
    std::mt19937_64 random{seed};
    order.seed(seed);
    unsigned char mark = 0;
    std::vector<raw_evm_log> heard;  // logs of any branch that may still be told
    const auto some_logs = [&] {
      std::vector<raw_evm_log> logs;
      for (auto n = random() % 3; n > 0; --n) logs.push_back(take(++mark));
      return logs;
    };
    const auto remember = [&](std::uint64_t from) {
      for (auto n = from; n <= node->head(); ++n)
        for (const auto& l : node->logs_of(n)) heard.push_back(l);
    };
    start();
    for (int step = 0; step < 80; ++step) {
      node->silent_logs = random() % 3 == 0;
      node->silent_heads = random() % 4 == 0;
      switch (random() % 10) {
        case 0:
          crash();
          start();
          break;
        case 1:
        case 2: {
          if (node->head() < 2) break;
          const auto depth = 1 + random() % std::min<std::uint64_t>(node->head() - 1, 12);
          std::vector<std::vector<raw_evm_log>> branch;
          for (auto n = depth + random() % 2; n > 0; --n) branch.push_back(some_logs());
          node->reorg_to(depth, std::move(branch));
          remember(node->head() > depth ? node->head() - depth : 1);
          break;
        }
        case 3:
          node->disconnect();
          run();
          node->connect();
          break;
        case 4: lost = random() % 2 == 0 ? lose_answers(one_of_four, seed) : nullptr; break;
        case 5:
          std::shuffle(heard.begin(), heard.end(), random);
          for (std::size_t i = 0; i < std::min<std::size_t>(heard.size(), 4); ++i) node->tell_log(heard[i]);
          break;
        default:
          node->mine(some_logs());
          remember(node->head());
          break;
      }
      if (random() % 2 == 0) run();
      if (random() % 6 == 0) advance(1100ms);
      if (random() % 12 == 0) clock.advance(3s);
    }
    node->silent_logs = node->silent_heads = false;
    lost.reset();
    node->mine();
    settle();
    clock.advance(3s);
    settle();
    settle();
    EXPECT_EQ(canonical(), truth()) << "seed " << seed;
    crash();
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace hedgerow::ingestion
