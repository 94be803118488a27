#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

TEST_F(IngestionTest, HistoryIsReadFromTheStartBlockInOrder) {
  for (int i = 1; i <= 25; ++i) node->mine({take(static_cast<unsigned char>(i))});
  config.backfill.start_block = 3;
  start();
  settle();
  const auto all = events();
  ASSERT_EQ(all.size(), 23U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].log.ref.block_number, i + 3);
}

TEST_F(IngestionTest, AFillThatNoLogTakesBecomesADeadLetterAndTheRestGoesOn) {
  auto vast = take(2);
  vast.data = bytes(3U << 20U, 2);  // more than the largest record when it is written as hex
  node->mine({take(1), vast, take(3)});
  start();
  settle();
  node->mine({vast});
  node->mine({take(4)});
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {1, 3}, {3, 4}}));
  ASSERT_EQ(letters().size(), 2U);
  EXPECT_EQ(letters()[0].reason, "record_too_large");
  EXPECT_EQ(letters()[0].service, "ingestion");
  EXPECT_NE(letters()[0].detail.find("block 1"), std::string::npos) << letters()[0].detail;
  EXPECT_EQ(notices.count("ALARM record_too_large 0x"), 1U) << "strangers choose how many\n" << notices.all();
  EXPECT_TRUE(notices.has("log 1 of block 1, transaction 0x")) << notices.all();
  EXPECT_TRUE(notices.has("it is not hedged; look at the transaction")) << notices.all();
  // A reorg takes back what was written, and knows nothing of what was not.
  node->reorg(2);
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {1, 3}}));
  crash();
  start();
  settle();
  node->mine({take(5)});
  settle();
  EXPECT_EQ(canonical().size(), 3U);
}

TEST_F(IngestionTest, LiveLogsComeOnceEvenWhenToldTwiceAndReadAgain) {
  start();
  settle();
  node->doubled_logs = true;
  node->mine({take(1), take(2)});
  node->mine({take(3)});
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {1, 2}, {2, 3}}));
}

TEST_F(IngestionTest, ASilentSubscriptionLosesNothing) {
  start();
  settle();
  node->silent_logs = true;
  node->mine({take(1)});
  node->mine({take(2)});
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
}

TEST_F(IngestionTest, WhatHappenedWhileDisconnectedIsReadAfterwards) {
  start();
  settle();
  node->mine({take(1)});
  run();
  node->disconnect();
  run();
  node->mine({take(2)});
  node->connect();
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
}

TEST_F(IngestionTest, ALostNodeIsToldOncePerReasonAndOnceWhenItIsBack) {
  node->disconnect();
  start();
  EXPECT_EQ(entity().activity, "connecting");
  const auto lose = [&](const std::string& why) {
    node->disconnect("node:8545: " + why);
    run();
  };
  for (int attempt = 0; attempt < 3; ++attempt) lose("refused");
  EXPECT_EQ(notices.count("WARNING chain_away chain.ws_url"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("node:8545: refused")) << notices.all();
  EXPECT_EQ(entity().kind, "ingestion");
  EXPECT_EQ(entity().activity, "not connected");
  EXPECT_EQ(entity().last_error, "node:8545: refused");
  for (int attempt = 0; attempt < 3; ++attempt) {
    lose("no answer");
    lose("refused");
  }
  EXPECT_EQ(notices.count("WARNING"), 2U) << "another reason is news, two in turn are not\n" << notices.all();
  node->connect();
  settle();
  node->mine();
  settle();
  EXPECT_EQ(notices.count("INFO chain_back chain.ws_url"), 1U) << notices.all();
  EXPECT_EQ(entity().state, protocol::run_state::running);
  lose("refused");
  EXPECT_EQ(notices.count("WARNING"), 3U) << "it was there in between\n" << notices.all();
  for (int attempt = 0; attempt < 100; ++attempt) lose("reason " + std::to_string(attempt));
  EXPECT_LT(notices.count("WARNING"), 12U) << notices.all();
  EXPECT_EQ(entity().last_error, "node:8545: reason 99");
}

TEST_F(IngestionTest, ANodeThatIsThereAtOnceIsNoNews) {
  start();
  settle();
  EXPECT_EQ(notices.count("chain_"), 0U) << notices.all();
}

TEST_F(IngestionTest, ARestartContinuesWithoutGapOrDuplicate) {
  start();
  settle();
  node->mine({take(1)});
  run();
  crash();
  node->mine({take(2)});
  start();
  settle();
  node->mine({take(3)});
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {3, 3}}));
}

TEST_F(IngestionTest, AReorgTakesBackAndAppliesAgain) {
  start();
  settle();
  node->mine({take(1)});
  node->mine({take(2)});
  node->mine({take(3)});
  settle();
  node->reorg(2);
  node->mine({take(4)});
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {5, 4}}));
}

TEST_F(IngestionTest, AReorgSeenWhileTheNewChainIsStillShorterIsFoundWhenItHasGrown) {
  start();
  settle();
  for (int i = 0; i < 4; ++i) node->mine();
  node->mine({take(1)});
  settle();
  ASSERT_EQ(canonical(), (fills{{5, 1}}));
  // The node tells each head as it makes it; asked about block 5 before that, it knows of none.
  node->reorg_to_the_same_height(4, [this] { run(); });
  settle();
  EXPECT_EQ(canonical(), fills{});
}

TEST_F(IngestionTest, AReorgOfWhichNobodyTellsIsFoundByTheNextRescan) {
  config.backfill.rescan_interval = std::chrono::seconds{2};
  start();
  settle();
  node->mine({take(1)});
  settle();
  node->silent_heads = true;
  node->reorg_to_the_same_height(1, [] {});
  clock.advance(std::chrono::seconds{3});
  settle();
  EXPECT_EQ(canonical(), fills{});
}

TEST_F(IngestionTest, ANewBlockThatCameLiveDoesNotHideOrphansBelowIt) {
  config.backfill.rescan_interval = std::chrono::seconds{2};
  start();
  settle();
  node->mine({take(1)});
  node->mine({take(2)});
  node->mine();
  settle();
  ASSERT_EQ(canonical(), (fills{{1, 1}, {2, 2}}));
  node->silent_heads = true;
  node->reorg_to_the_same_height(3, [] {});
  node->mine({take(4)});
  run();
  ASSERT_EQ(canonical(), (fills{{1, 1}, {2, 2}, {4, 4}}))
      << "the live log is accepted before anybody told of the reorg";
  clock.advance(std::chrono::seconds{3});
  settle();
  EXPECT_EQ(canonical(), (fills{{4, 4}}));
}

TEST_F(IngestionTest, AReorgWhileTheProcessIsDownIsNoticedAtTheStart) {
  start();
  settle();
  node->mine({take(1)});
  node->mine({take(2)});
  settle();
  crash();
  node->reorg(1);
  start();
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}}));
}

TEST_F(IngestionTest, FailingAnswersAndNarrowRangesDelayButLoseNothing) {
  for (int i = 1; i <= 30; ++i) node->mine({take(static_cast<unsigned char>(i))});
  node->max_range = 3;
  auto lost = lose_answers({"chain.logs.after_send:fail%50", "chain.request.after_send:fail%50"});
  start();
  settle();
  EXPECT_LT(canonical().size(), 30U);
  lost.reset();
  settle();
  settle();
  EXPECT_EQ(canonical().size(), 30U);
}

TEST_F(IngestionTest, AnotherChainIsRefused) {
  config.chain_id = 1;
  start();
  const auto status = ask<actor_status>(running, protocol::status_atom::value);
  EXPECT_NE(status.last_error.find("chain.chain_id is 1, but the node says 31337"), std::string::npos)
      << status.last_error;
}

TEST_F(IngestionTest, RandomCrashesReorgsAndLossesEndWithTheCanonicalChain) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    node = std::make_shared<test::fake_node>();
    log = adapters::make_memory_log(clock, 4);
    lost_answers lost;
    std::mt19937_64 random{seed};
    unsigned char mark = 0;
    start();
    for (int step = 0; step < 60; ++step) {
      switch (random() % 8) {
        case 0:
          crash();
          start();
          break;
        case 1:
          if (node->head() > 6) node->reorg(1 + random() % 5);
          break;
        case 2: node->disconnect(); break;
        case 3: node->connect(); break;
        case 4: lost = random() % 2 == 0 ? lose_answers(one_of_four, seed) : nullptr; break;
        default: node->mine({take(++mark)}); break;
      }
      if (random() % 2 == 0) run();
      if (random() % 8 == 0) advance(std::chrono::milliseconds{1100});
    }
    node->connect();
    lost.reset();
    settle();
    settle();
    fills truth;
    const auto answer = [&](const auto& a) {
      for (const auto& l : a->logs) truth.emplace(l.log.ref.block_number, l.log.data[0]);
    };
    test::fake_chain{node}.logs({0, node->head(), {book}, {}}, answer);
    EXPECT_EQ(canonical(), truth) << "seed " << seed;
    crash();
  }
}

}  // namespace
}  // namespace hedgerow::ingestion
