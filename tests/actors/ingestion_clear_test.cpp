// Clears and the AfterClears that belong to them.
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;

class IngestionClearTest : public IngestionTest {
 public:
  IngestionClearTest() {
    owner.value.fill(0x0e);
    config.owner = owner;
  }

  raw_evm_log clear() const { return clear_of(owner); }

  /// (log index of the Clear, mark of its AfterClear) of what is booked; -1 without one.
  std::map<std::uint64_t, int> pairs() {
    std::map<std::uint64_t, int> left;
    for (const auto& e : events())
      if (e.change == evm_log_change::applied)
        left[e.log.ref.log_index] = e.after_clear ? e.after_clear->data[0] : -1;
      else
        left.erase(e.log.ref.log_index);
    return left;
  }

  /// Another node and an empty log. Not `live`: logs come by asking only.
  void begin_anew(bool live) {
    node = std::make_shared<test::fake_node>();
    log = adapters::make_memory_log(clock, 4);
    start();
    settle();
    node->silent_logs = !live;
  }

  /// Lets both clocks go on.
  void wait(std::chrono::seconds how_long) {
    for (std::chrono::milliseconds at{0}; at < how_long; at += 500ms) {
      clock.advance(500ms);
      advance(500ms);
    }
  }

  using booked = std::map<std::uint64_t, int>;
  address owner;
};

TEST_F(IngestionClearTest, EachClearGetsItsOwnAfterClear) {
  start();
  settle();
  node->mine({clear(), after_clear(1), clear(), after_clear(3)});
  settle();
  EXPECT_EQ(pairs(), (booked{{0, 1}, {2, 3}}));
  EXPECT_EQ(node->receipts_asked, 0);
}

TEST_F(IngestionClearTest, AClearDoesNotTakeTheAfterClearOfAnother) {
  for (const bool live : {true, false}) {
    begin_anew(live);
    node->hidden = {{1, 1}};
    node->mine({clear(), after_clear(1), clear(), after_clear(3)});
    settle();
    EXPECT_EQ(pairs(), (booked{{0, 1}, {2, 3}})) << "the receipt has it";
    crash();
  }
}

TEST_F(IngestionClearTest, AWrongPairIsTakenBackWhenWhatWasMissingComes) {
  config.backfill.rescan_interval = 2s;
  node->no_receipts = true;
  start();
  settle();
  node->hidden = {{1, 1}, {1, 2}};
  node->mine({clear(), after_clear(1), clear(), after_clear(3)});
  wait(80s);
  ASSERT_EQ(pairs(), (booked{{0, 3}})) << "the node has shown nothing else for long";
  node->hidden.clear();
  wait(5s);
  EXPECT_EQ(pairs(), (booked{{0, 1}, {2, 3}}));
}

TEST_F(IngestionClearTest, AnAfterClearBehindLogsThatWereNotSeenIsNoPair) {
  for (const bool live : {true, false}) {
    begin_anew(live);
    node->hidden = {{1, 1}, {1, 2}};
    node->receipts_hide = true;
    node->mine({clear(), after_clear(1), clear(), after_clear(3)});
    wait(8s);
    EXPECT_TRUE(events().empty()) << "amounts of another Clear would be hedged at once";
    node->hidden.clear();
    wait(10s);
    EXPECT_EQ(pairs(), (booked{{0, 1}, {2, 3}}));
    EXPECT_EQ(events().size(), 2U) << "nothing had to be taken back";
    crash();
  }
}

TEST_F(IngestionClearTest, TheReceiptShowsThatNoOtherClearLiesBetween) {
  start();
  settle();
  auto of_another_book = after_clear(9);
  of_another_book.book.value.fill(0x5c);
  node->mine({clear(), of_another_book, after_clear(2)});
  settle();
  EXPECT_EQ(pairs(), (booked{{0, 2}}));
  EXPECT_EQ(node->receipts_asked, 1);
}

TEST_F(IngestionClearTest, WithoutAReceiptTheLogsOfTheBlockShowIt) {
  node->no_receipts = true;
  start();
  settle();
  auto stranger = after_clear(9);
  stranger.book.value.fill(0x5c);
  node->mine({clear(), stranger, after_clear(2)});
  wait(5s);
  EXPECT_EQ(pairs(), (booked{{0, 2}}));
  EXPECT_FALSE(notices.has("clear_unproven")) << notices.all();
}

TEST_F(IngestionClearTest, WhatNoNodeCanShowHoldsUpNoFillForEver) {
  node->no_receipts = true;
  node->hidden = {{1, 1}};
  start();
  settle();
  auto stranger = after_clear(9);
  stranger.book.value.fill(0x5c);
  node->mine({clear(), stranger, after_clear(2)});
  wait(20s);
  EXPECT_EQ(pairs(), booked{}) << "the receipt may still come";
  wait(60s);
  EXPECT_EQ(pairs(), (booked{{0, 2}}));
  EXPECT_EQ(notices.count("ALARM clear_unproven"), 1U) << notices.all();
}

TEST_F(IngestionClearTest, ReceiptsOfManyClearsAreNotAskedForAllAtOnce) {
  node->no_receipts = true;
  std::vector<raw_evm_log> logs;
  for (int i = 0; i < 60; ++i) {
    auto one = clear();
    auto two = after_clear(1);
    auto stranger = after_clear(9);
    stranger.book.value.fill(0x5c);
    for (auto* made : {&one, &two, &stranger}) made->ref.tx_hash.value[0] = static_cast<unsigned char>(i);
    logs.insert(logs.end(), {one, stranger, two});
  }
  start();
  settle();
  node->receipts_asked = 0;
  node->no_receipts = false;
  node->mine(std::move(logs));
  settle();
  EXPECT_EQ(pairs().size(), 60U);
  EXPECT_EQ(node->receipts_asked, 60);
}

TEST_F(IngestionClearTest, AClearWaitsForItsAfterClearHoweverLongTheNodeTakes) {
  start();
  settle();
  node->hidden = {{1, 1}};
  node->no_receipts = true;
  node->mine({clear(), after_clear(1)});
  lost_answers lost;
  for (int i = 0; i < 5; ++i) {
    wait(20s);
    lost = lose_answers({"chain.request.after_send:fail@1", "chain.receipt.after_send:fail@1"});
    node->mine();
  }
  EXPECT_EQ(pairs(), booked{});
  EXPECT_LT(node->receipts_asked, 40) << "one question at a time, with growing pauses";
  EXPECT_EQ(notices.count("ALARM log_waits"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("log 0 of block 1")) << notices.all();
  EXPECT_NE(problems().find("log 0 of block 1"), std::string::npos) << problems();
  node->no_receipts = false;
  wait(30s);
  EXPECT_EQ(pairs(), (booked{{0, 1}}));
  EXPECT_EQ(notices.count("INFO log_waits_over"), 1U) << notices.all();
  EXPECT_EQ(problems(), "");
  EXPECT_TRUE(letters().empty());
}

TEST_F(IngestionClearTest, ManyLooksAtOneClearAskForItsReceiptOnce) {
  config.backfill.rescan_interval = 1s;
  start();
  settle();
  node->doubled_logs = true;
  node->hidden = {{1, 1}};
  node->receipts_hide = true;
  auto last = take(9);
  last.ref.tx_hash = clearing_tx();
  node->mine({clear(), after_clear(1), last});
  for (int i = 0; i < 8; ++i) {
    node->mine();
    wait(1s);
  }
  EXPECT_LT(node->receipts_asked, 6);
  EXPECT_FALSE(pairs().contains(0));
  node->receipts_hide = false;
  wait(10s);
  EXPECT_EQ(pairs(), (booked{{0, 1}, {2, -1}}));
}

TEST_F(IngestionClearTest, AReceiptThatHasTheClearAloneIsBelievedAfterSomeLooks) {
  start();
  settle();
  node->mine({clear()});
  wait(2s);
  EXPECT_EQ(pairs(), booked{});
  wait(10s);
  EXPECT_EQ(pairs(), (booked{{0, -1}}));
}

TEST_F(IngestionTest, ALogWhoseBlockHasNoTimeIsAskedForWithPausesAndTold) {
  start();
  settle();
  node->silent_logs = node->silent_heads = true;
  node->silent_blocks = {1};
  node->mine({take(1), take(2), take(3)});
  node->silent_heads = false;
  node->mine();
  for (int i = 0; i < 140; ++i) {
    clock.advance(500ms);
    advance(500ms);
  }
  EXPECT_EQ(notices.count("ALARM log_waits"), 1U) << notices.all();
  EXPECT_NE(problems().find("of block 1,"), std::string::npos) << problems();
  node->silent_blocks.clear();
  settle();
  settle();
  EXPECT_EQ(canonical(), (fills{{1, 1}, {1, 2}, {1, 3}}));
}

}  // namespace
}  // namespace hedgerow::ingestion
