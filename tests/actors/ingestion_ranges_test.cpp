// Reading by ranges from a node that refuses, throttles, garbles, lags and is set back: nothing is lost, and people
// hear of it.
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;
using ports::chain_error;
using ports::chain_failure;

class IngestionRangesTest : public IngestionTest {
 public:
  IngestionRangesTest() {
    config.backfill.max_batch = 1000;
    config.backfill.rescan_interval = 10s;
    config.reorg_window_blocks = 128;
    config.retry = 100ms;
  }

  /// Both clocks, in steps in which each timer comes up.
  void pass(std::chrono::milliseconds time) {
    for (std::chrono::milliseconds gone{0}; gone < time; gone += 100ms) {
      clock.advance(100ms);
      advance(100ms);
    }
  }

  void mine(int blocks) {
    for (int i = 0; i < blocks; ++i) node->mine();
  }

  fills accepted() {
    fills all;
    for (const auto& e : events()) {
      EXPECT_EQ(e.change, evm_log_change::applied);
      all.emplace(e.log.ref.block_number, e.log.data[0]);
    }
    return all;
  }
};

TEST_F(IngestionRangesTest, ARescanIsReadInPiecesOfWhatTheNodeAnswers) {
  mine(200);
  node->max_range = 10;
  start();
  pass(30s);
  node->silent_logs = true;
  // The node's back end does not have the log when its block is read.
  node->garble_logs = [](ports::evm_logs& a) { a.logs.clear(); };
  node->mine({take(1)});
  pass(1s);
  ASSERT_EQ(accepted(), fills{});
  node->garble_logs = nullptr;
  mine(60);
  pass(20s);
  EXPECT_EQ(accepted(), (fills{{201, 1}}));
  EXPECT_EQ(notices.count("ALARM"), 0U) << notices.all();
}

TEST_F(IngestionRangesTest, ARescanCoversAllBlocksSinceTheLastOneOnAFastChain) {
  config.backfill.rescan_blocks = 8;
  config.reorg_window_blocks = 8;
  mine(20);
  start();
  pass(11s);
  node->silent_logs = true;
  node->garble_logs = [](ports::evm_logs& a) { a.logs.clear(); };
  node->mine({take(1)});
  pass(1s);
  node->garble_logs = nullptr;
  for (int i = 0; i < 40; ++i) {
    node->mine({take(2)});
    pass(100ms);
  }
  pass(10s);
  const auto all = accepted();
  EXPECT_EQ(all.count({21, 1}), 1U);
  EXPECT_EQ(all.size(), 41U) << "what is known is not taken for news";
}

TEST_F(IngestionRangesTest, ARescanThatDoesNotSucceedIsAnAlarmUntilOneDoes) {
  mine(200);
  start();
  pass(5s);
  node->refuse_logs = [](const ports::evm_log_query& q) -> std::optional<chain_error> {
    if (q.from < 200) return chain_error{chain_failure::rpc_error, "-32000 pruned"};
    return std::nullopt;
  };
  for (int i = 0; i < 40; ++i) {
    node->mine();
    pass(1s);
  }
  EXPECT_EQ(notices.count("ALARM rescan_overdue"), 1U) << notices.all();
  EXPECT_NE(problems().find("no whole rescan"), std::string::npos) << problems();
  EXPECT_EQ(shown("checkpoint"), 240) << "new blocks are read nevertheless";
  node->refuse_logs = nullptr;
  pass(60s);
  EXPECT_EQ(notices.count("INFO rescan_overdue_over"), 1U) << notices.all();
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionRangesTest, ABlockThatIsTooMuchAloneIsAnAlarmAndIsNotSkipped) {
  mine(4);
  node->mine({take(1)});
  mine(4);
  node->refuse_logs = [](const ports::evm_log_query& q) -> std::optional<chain_error> {
    if (q.from <= 5 && q.to >= 5) return chain_error{chain_failure::range_too_wide, "response size exceeded"};
    return std::nullopt;
  };
  start();
  pass(20s);
  EXPECT_EQ(shown("checkpoint"), 4);
  EXPECT_EQ(notices.count("ALARM block_refused"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("block 5 alone")) << notices.all();
  EXPECT_NE(problems().find("block 5 alone"), std::string::npos);
  node->refuse_logs = nullptr;
  pass(30s);
  EXPECT_EQ(accepted(), (fills{{5, 1}}));
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionRangesTest, RangesThatAreNeverAnsweredOrRefusedWithUnknownWordsAreNarrowed) {
  for (const auto& why : {chain_error{chain_failure::timed_out, "no answer within 10000 ms"},
                          chain_error{chain_failure::rpc_error, "-32001 failed"},
                          chain_error{chain_failure::malformed, "logs is not an array"},
                          chain_error{chain_failure::limit_exceeded, "-32005 limit exceeded"}}) {
    node = std::make_shared<test::fake_node>();
    log = adapters::make_memory_log(clock, 4);
    mine(299);
    node->mine({take(7)});
    node->refuse_logs = [&](const ports::evm_log_query& q) {
      return q.to - q.from + 1 > 50 ? std::optional{why} : std::nullopt;
    };
    start();
    pass(60s);
    EXPECT_EQ(accepted(), (fills{{300, 7}})) << why.detail;
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
  }
}

TEST_F(IngestionRangesTest, AWidthThatBreaksTheConnectionIsNotAskedForAgainAfterIt) {
  mine(100);
  node->refuse_logs = [](const ports::evm_log_query& q) -> std::optional<chain_error> {
    if (q.to - q.from + 1 > 30) return chain_error{chain_failure::range_too_wide, "a frame larger than allowed"};
    return std::nullopt;
  };
  start();
  for (int i = 0; i < 4; ++i) {
    node->disconnect();
    run();
    node->connect();
    pass(100ms);
  }
  EXPECT_EQ(shown("checkpoint"), 100);
}

TEST_F(IngestionRangesTest, AThrottleIsAskedOnceInItsPauseHoweverManyBlocksCome) {
  mine(302);
  jitter.value = 0;
  node->refuse_logs = [](const ports::evm_log_query&) -> std::optional<chain_error> {
    return chain_error{chain_failure::throttled, "-32005 request rate exceeded", 20s};
  };
  start();
  for (int i = 0; i < 100; ++i) {
    node->mine();
    pass(1s);
  }
  EXPECT_LE(node->asked.size(), 6U) << "the node wished for 20 s each time";
  EXPECT_EQ(shown("batch"), 1000) << "fewer blocks a request are more requests";
  EXPECT_NE(problems().find("throttled since"), std::string::npos) << problems();
  EXPECT_EQ(notices.count("ALARM reading_stands"), 1U) << notices.all();
  node->refuse_logs = nullptr;
  node->mine({take(3)});
  pass(21s);
  EXPECT_EQ(accepted(), (fills{{403, 3}}));
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(entity().field<timestamp>("throttled_since"), nullptr);
}

TEST_F(IngestionRangesTest, WithoutAWishThePausesOfAThrottleDouble) {
  mine(10);
  node->refuse_logs = [](const ports::evm_log_query&) -> std::optional<chain_error> {
    return chain_error{chain_failure::throttled, "429"};
  };
  start();
  for (int i = 0; i < 100; ++i) {
    node->mine();
    pass(1s);
  }
  EXPECT_LT(node->asked.size(), 20U);
  EXPECT_GT(node->asked.size(), 8U);
}

TEST_F(IngestionRangesTest, ALimitOfAnUnknownKindPausesReadingBeforeItNarrowsTheRange) {
  mine(300);
  int refused = 0;
  node->refuse_logs = [&](const ports::evm_log_query&) -> std::optional<chain_error> {
    if (++refused > 4) return std::nullopt;
    return chain_error{chain_failure::limit_exceeded, "-32005 limit exceeded"};
  };
  start();
  for (int i = 0; i < 120; ++i) pass(1s);
  ASSERT_GE(node->asked.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(node->asked[i], node->asked[0]) << i;
  EXPECT_EQ(shown("checkpoint"), 300);
}

TEST_F(IngestionRangesTest, AComplaintOfTheRateWithoutARequestPausesReadingAndIsNoDeadLetter) {
  mine(5);
  start();
  pass(1s);
  node->asked.clear();
  node->complain({chain_failure::throttled, "request rate exceeded", 5s});
  run();
  EXPECT_NE(problems().find("throttled since"), std::string::npos);
  mine(3);
  pass(4s);
  EXPECT_TRUE(node->asked.empty());
  pass(2s);
  EXPECT_EQ(shown("checkpoint"), 8);
  EXPECT_EQ(letters().size(), 0U);
}

TEST_F(IngestionRangesTest, ALogThatCannotBeReadIsReadFromItsReceipt) {
  node->mine({take(1), take(2)});
  node->garble_logs = [](ports::evm_logs& a) {
    std::erase_if(a.logs, [&](const auto& l) {
      if (l.log.data[0] != 1) return false;
      a.malformed.push_back({"NoLogIndex", "{...}", l.log.book, l.log.topics[0], l.log.ref.tx_hash});
      return true;
    });
  };
  start();
  pass(2s);
  EXPECT_EQ(accepted(), (fills{{1, 1}, {1, 2}}));
  EXPECT_EQ(notices.count("WARNING") + notices.count("ALARM"), 0U) << notices.all();
  EXPECT_EQ(letters().size(), 0U);
}

TEST_F(IngestionRangesTest, ALogThatCannotBeReadAnywhereHoldsTheCheckpointAndIsAnAlarm) {
  mine(6);
  node->mine({take(1)});
  node->mine({take(2)});
  const auto garble = [](ports::evm_logs& a) {
    std::erase_if(a.logs, [&](const auto& l) {
      if (l.log.data[0] != 1) return false;
      a.malformed.push_back({"data is not hex", "{\"data\":5}", l.log.book, std::nullopt, l.log.ref.tx_hash});
      return true;
    });
  };
  node->garble_logs = node->garble_receipts = garble;
  start();
  pass(30s);
  EXPECT_EQ(shown("checkpoint"), 6);
  EXPECT_EQ(notices.count("ALARM log_unreadable"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("{\"data\":5}"));
  EXPECT_NE(problems().find("cannot be read"), std::string::npos);
  EXPECT_EQ(letters().size(), 0U) << "it is not given up";
  node->garble_logs = node->garble_receipts = nullptr;
  pass(30s);
  EXPECT_EQ(accepted(), (fills{{7, 1}, {8, 2}}));
  EXPECT_EQ(shown("checkpoint"), 8);
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionRangesTest, ALogOfAnotherBookOrEventThatCannotBeReadHoldsNothing) {
  mine(3);
  node->garble_logs = [](ports::evm_logs& a) {
    a.malformed.push_back({"NoLogIndex", "{}", address{}, std::nullopt, std::nullopt});
    a.malformed.push_back({"NoLogIndex", "{}", book, hash32{}, std::nullopt});
  };
  start();
  pass(1s);
  EXPECT_EQ(shown("checkpoint"), 3);
  EXPECT_EQ(notices.count("WARNING") + notices.count("ALARM"), 0U) << notices.all();
  EXPECT_EQ(letters().size(), 0U);
}

TEST_F(IngestionRangesTest, AFrameThatIsSentAgainAndAgainIsOneDeadLetter) {
  start();
  for (int i = 0; i < 5; ++i) {
    node->send_garbage("{\"jsonrpc\":");
    pass(1s);
  }
  node->send_garbage("other");
  pass(1s);
  EXPECT_EQ(letters().size(), 2U);
  EXPECT_EQ(shown("malformed"), 6);
}

TEST_F(IngestionRangesTest, ANodeThatIsSetBackIsToldAtOnceAndStandingStillAfterAMinute) {
  mine(100);
  start();
  pass(2s);
  EXPECT_EQ(problems(), "");
  node->set_back(48);
  pass(1s);
  EXPECT_EQ(notices.count("WARNING chain_behind"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("the node is at block 52, 48 below what was read already")) << notices.all();
  EXPECT_NE(problems().find("48 below"), std::string::npos);
  pass(61s);
  EXPECT_EQ(notices.count("ALARM reading_stands"), 1U) << notices.all();
  EXPECT_EQ(entity().state, protocol::run_state::running);
  EXPECT_GE(shown("checkpoint_age_ms"), 60'000);
  mine(49);
  pass(2s);
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(shown("checkpoint"), 101);
}

TEST_F(IngestionRangesTest, NoRangeForAMinuteIsAnAlarmAlsoWhileTheConnectionComesAndGoes) {
  mine(10);
  node->refuse_logs = [](const ports::evm_log_query&) -> std::optional<chain_error> {
    return chain_error{chain_failure::rpc_error, "-32000 busy"};
  };
  start();
  for (int i = 0; i < 13; ++i) {
    pass(5s);
    node->disconnect();
    pass(1s);
    node->connect();
    run();
  }
  EXPECT_EQ(notices.count("ALARM reading_stands"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("-32000 busy")) << notices.all();
}

TEST_F(IngestionRangesTest, AChainWithoutNewBlocksIsNoProblem) {
  mine(3);
  start();
  pass(200s);
  EXPECT_EQ(notices.count("WARNING") + notices.count("ALARM"), 0U) << notices.all();
  EXPECT_EQ(problems(), "");
  EXPECT_LT(shown("checkpoint_age_ms"), 2000);
}

}  // namespace
}  // namespace hedgerow::ingestion
