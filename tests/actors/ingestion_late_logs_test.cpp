// Logs that come so late, or with such an old range, that no header that is kept tells whether their block still
// stands.
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;

class IngestionLateLogsTest : public IngestionTest {
 public:
  IngestionLateLogsTest() { config.backfill.rescan_blocks = 0; }

  /// Block 3 has a log that the node does not show, and 200 blocks follow.
  void begin() {
    start();
    settle();
    node->mine();
    node->mine();
    node->hidden = {{3, 0}};
    node->mine({take(3)});
    mine(200);
    settle();
    ASSERT_EQ(canonical(), fills{});
  }

  void mine(int blocks) {
    for (int i = 0; i < blocks; ++i) node->mine();
  }

  /// Lets both clocks go on.
  void wait(std::chrono::seconds how_long) {
    for (std::chrono::milliseconds at{0}; at < how_long; at += 500ms) {
      clock.advance(500ms);
      advance(500ms);
    }
  }
};

TEST_F(IngestionLateLogsTest, ALogIsAcceptedWhenItsBlockStillStands) {
  start();
  settle();
  node->mine({take(1)});
  const auto left = node->logs_of(1).front();
  node->reorg_to(1, {{}, {}});
  node->hidden = {{3, 0}};
  node->mine({take(3)});
  mine(200);
  settle();
  ASSERT_EQ(canonical(), fills{});
  node->tell_log(left);
  node->tell_log(node->logs_of(3).front());
  settle();
  EXPECT_EQ(canonical(), (fills{{3, 3}}));
}

TEST_F(IngestionLateLogsTest, ReadingGoesOnWhileTheHeaderIsNotThere) {
  begin();
  node->silent_blocks = {3};
  node->tell_log(node->logs_of(3).front());
  wait(5s);
  node->mine({take(204)});
  wait(90s);
  EXPECT_EQ(shown("checkpoint"), 204);
  EXPECT_EQ(shown("waiting"), 1);
  EXPECT_NE(problems().find("the header at its height"), std::string::npos) << problems();
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(canonical(), (fills{{3, 3}, {204, 204}}));
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionLateLogsTest, WhatWaitsWhenTheConnectionBreaksIsReadAgain) {
  begin();
  node->silent_blocks = {3};
  node->tell_log(node->logs_of(3).front());
  wait(5s);
  ASSERT_EQ(shown("waiting"), 1);
  node->disconnect();
  run();
  node->silent_blocks.clear();
  node->hidden.clear();
  node->connect();
  wait(30s);
  EXPECT_EQ(canonical(), (fills{{3, 3}}));
}

TEST_F(IngestionLateLogsTest, ARangeThatHasTheLogAsWellSettlesIt) {
  begin();
  node->silent_blocks = {3};
  node->tell_log(node->logs_of(3).front());
  wait(5s);
  ASSERT_EQ(shown("waiting"), 1);
  // A block is replaced: what was read is read again from the log that waits on, and its header is still not there.
  node->hidden.clear();
  node->garble_logs = [&](ports::evm_logs& answer) {
    for (auto& log : answer.logs) log.block_time = timestamp{1'700'000'006'000'000};
    // It is told once more just before the answer.
    if (!answer.logs.empty()) node->tell_log(node->logs_of(3).front());
  };
  node->reorg(1);
  wait(30s);
  EXPECT_EQ(canonical(), (fills{{3, 3}}));
}

/// A rescan begins 64 blocks below the end of the last one, and the headers that are kept 64 below the head.
class IngestionLateRescanTest : public IngestionLateLogsTest {
 public:
  IngestionLateRescanTest() {
    config.backfill.rescan_blocks = config.reorg_window_blocks;
    config.backfill.rescan_interval = 10s;
    stale.ref.block_number = 45;
    stale.ref.block_hash.value.fill(0x99);
    stale.ref.tx_hash.value.fill(0x98);
    node->garble_logs = [this](ports::evm_logs& answer) {
      const auto& [from, to] = node->asked.back();
      if (node->head() < 120 || from > 45 || to < 45) return;
      if (++asked_for == 1) answer.logs.push_back({stale, false, timestamp{1'700'000'090'000'000}});
    };
  }

  void begin() {
    start();
    settle();
    mine(100);
    wait(15s);
    mine(20);
  }

  void end() {
    mine(20);
    wait(15s);
    EXPECT_EQ(events().size(), 0U);
    EXPECT_EQ(shown("checkpoint"), 140);
    EXPECT_EQ(problems(), "");
  }

  /// Of a branch that was left.
  raw_evm_log stale = take(9);
  /// Answers with block 45 since the headers are above it; the first has the stale log.
  int asked_for = 0;
};

TEST_F(IngestionLateRescanTest, IsNotBelievedBelowTheHeadersThatAreKept) {
  begin();
  wait(15s);
  ASSERT_GT(asked_for, 0);
  end();
}

TEST_F(IngestionLateRescanTest, IsReadAgainWhenALogThatCameLiveAsWellIsRefuted) {
  begin();
  node->silent_blocks = {45};
  node->tell_log(stale);
  wait(10s);
  ASSERT_EQ(asked_for, 1);
  ASSERT_EQ(shown("waiting"), 1);
  node->silent_blocks.clear();
  wait(6s);
  EXPECT_GT(asked_for, 1);
  end();
}

TEST_F(IngestionLateLogsTest, AClearThatIsTakenBackForItsPairIsBookedAgainAtOnce) {
  config.owner.value.fill(0x0e);
  node->no_receipts = true;
  start();
  settle();
  node->hidden = {{1, 1}, {1, 2}};
  node->mine({clear_of(config.owner), after_clear(1), clear_of(config.owner), after_clear(3)});
  wait(80s);
  ASSERT_EQ(events().size(), 1U) << "with the AfterClear of another one: the node has shown nothing else for long";
  mine(5);
  crash();
  node->hidden.clear();
  node->silent_blocks = {1};
  start();
  wait(5s);
  const auto all = events();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[1].change, evm_log_change::reverted);
  EXPECT_EQ(all[2].log.ref.log_index, 0U);
  EXPECT_EQ(all[2].after_clear->data[0], 1);
}

}  // namespace
}  // namespace hedgerow::ingestion
