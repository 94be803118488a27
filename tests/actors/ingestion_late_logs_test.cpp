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

  /// The log of block 3, of which the node does not give the header.
  void tell_late() {
    node->silent_blocks = {3};
    node->tell_log(node->logs_of(3).front());
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

TEST_F(IngestionLateLogsTest, NothingWaitsForTheHeader) {
  begin();
  tell_late();
  wait(5s);
  node->mine({take(204)});
  node->reorg(1);
  node->mine({take(206)});
  wait(90s);
  EXPECT_EQ(shown("checkpoint"), 206);
  EXPECT_EQ(canonical(), (fills{{206, 206}}));
  EXPECT_EQ(shown("late"), 1);
  EXPECT_EQ(notices.count("ALARM late_log_unproven"), 1U) << notices.all();
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters().front().reason, "late_log");
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(canonical(), (fills{{3, 3}, {206, 206}}));
  EXPECT_EQ(notices.count("INFO late_log_unproven_over"), 1U) << notices.all();
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionLateLogsTest, TheHeaderIsAskedForOnTheNextConnectionToo) {
  begin();
  tell_late();
  wait(5s);
  node->disconnect();
  wait(100s);
  node->connect();
  wait(10s);
  EXPECT_EQ(notices.count("ALARM late_log_unproven"), 0U) << "a minute of connection is meant";
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(canonical(), (fills{{3, 3}}));
}

TEST_F(IngestionLateLogsTest, WhatIsBelowAllThatIsRememberedIsAnAlarm) {
  begin();
  tell_late();
  wait(5s);
  node->mine({take(10)});
  node->mine({take(11)});
  mine(100);
  wait(5s);
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(canonical(), (fills{{204, 10}, {205, 11}}));
  EXPECT_EQ(notices.count("ALARM late_log"), 1U) << notices.all();
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_NE(letters().front().detail.find("may be hedged already"), std::string::npos);
  EXPECT_EQ(shown("late"), 0);
}

TEST_F(IngestionLateLogsTest, AFloodOfThemIsBounded) {
  begin();
  const auto flood = [&] {
    auto late = take(1);
    for (std::uint64_t n = 0; n < 1000; ++n) {
      late.ref = {n % 100, {}, {}, n};
      late.ref.block_hash.value.fill(0x99);
      node->silent_blocks.insert(late.ref.block_number);
      node->tell_log(late);
    }
    run();
  };
  flood();
  EXPECT_EQ(shown("late"), 64);
  EXPECT_EQ(letters().size(), 360U);
  flood();
  EXPECT_EQ(letters().size(), 360U) << "nothing new";
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(shown("late"), 0);
  EXPECT_EQ(events().size(), 0U);
}

TEST_F(IngestionLateLogsTest, AClearThatWaitsForItsReceiptOutlivesTheConnection) {
  config.owner.value.fill(0x0e);
  start();
  settle();
  node->hidden = {{1, 0}, {1, 1}};
  node->mine({clear_of(config.owner), after_clear(1)});
  mine(200);
  settle();
  node->no_receipts = true;
  node->tell_log(node->logs_of(1).front());
  wait(3s);
  ASSERT_EQ(events().size(), 0U);
  node->disconnect();
  run();
  node->no_receipts = false;
  node->connect();
  wait(20s);
  EXPECT_EQ(events().size(), 1U);
  EXPECT_EQ(shown("late"), 0);
}

TEST_F(IngestionLateLogsTest, AnAlarmOutlivesTheConnection) {
  begin();
  tell_late();
  wait(90s);
  ASSERT_EQ(notices.count("ALARM late_log_unproven"), 1U) << notices.all();
  node->disconnect();
  wait(5s);
  node->connect();
  wait(90s);
  EXPECT_EQ(notices.count("ALARM late_log_unproven"), 1U) << notices.all();
  EXPECT_EQ(notices.count("INFO late_log_unproven_over"), 0U) << notices.all();
  EXPECT_EQ(letters().size(), 1U);
}

TEST_F(IngestionLateLogsTest, ARescanIsNotBelievedBelowTheHeadersThatAreKept) {
  config.backfill.rescan_blocks = config.reorg_window_blocks;
  config.backfill.rescan_interval = 10s;
  start();
  settle();
  mine(100);
  wait(15s);
  // The next rescan begins 64 blocks below the end of the last one, and the headers that are kept 64 below the head.
  mine(20);
  auto stale = take(9);
  stale.ref.block_number = 45;
  stale.ref.block_hash.value.fill(0x99);
  stale.ref.tx_hash.value.fill(0x98);
  int given = 0;
  node->garble_logs = [&](ports::evm_logs& answer) {
    const auto& [from, to] = node->asked.back();
    if (from > 45 || to < 45) return;
    ++given;
    answer.logs.push_back({stale, false, timestamp{1'700'000'090'000'000}});
  };
  wait(15s);
  ASSERT_GT(given, 0);
  mine(20);
  wait(15s);
  EXPECT_EQ(events().size(), 0U);
  EXPECT_EQ(shown("checkpoint"), 140);
  EXPECT_EQ(problems(), "");
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
