// The walk from the head to what is known, when the node answers late, for another chain, or only so many times a
// second.
#include "ingestion_fixture.hpp"

namespace hedgerow::ingestion {
namespace {

using namespace std::chrono_literals;
using ports::chain_error;
using ports::chain_failure;

/// What a test holds back or refuses of the answers of a node.
struct answers {
  bool hold_chain_id = false;
  bool hold_receipts = false;
  std::optional<std::uint64_t> hold_block;
  std::deque<std::function<void()>> held;
  std::function<std::optional<chain_error>()> refuse_header;
  int headers_asked = 0;

  void release() {
    hold_chain_id = false;
    hold_receipts = false;
    hold_block.reset();
    for (auto& answer : std::exchange(held, {})) answer();
  }
};

class held_chain final : public ports::chain_client {
 public:
  held_chain(std::shared_ptr<test::fake_node> node, std::shared_ptr<answers> what)
      : inner_{std::move(node)}, what_{std::move(what)} {}

  void connect() override { inner_.connect(); }
  ports::subscription subscribe(ports::evm_log_filter wanted, ports::chain_listener listener) override {
    return inner_.subscribe(std::move(wanted), std::move(listener));
  }
  void close() override { inner_.close(); }
  void chain_id(ports::chain_callback<std::uint64_t> done) override {
    if (!what_->hold_chain_id) return inner_.chain_id(std::move(done));
    what_->held.emplace_back([this, done] { inner_.chain_id(done); });
  }
  void head(ports::chain_callback<ports::chain_block> done) override { inner_.head(std::move(done)); }
  void block(std::uint64_t number, ports::chain_callback<std::optional<ports::chain_block>> done) override {
    ++what_->headers_asked;
    if (number == what_->hold_block) {
      what_->held.emplace_back([this, number, done] { inner_.block(number, done); });
      return;
    }
    const auto why = what_->refuse_header ? what_->refuse_header() : std::nullopt;
    if (why) return done(unexpected(*why));
    inner_.block(number, std::move(done));
  }
  void logs(ports::evm_log_query query, ports::chain_callback<ports::evm_logs> done) override {
    inner_.logs(std::move(query), std::move(done));
  }
  void receipt_logs(hash32 tx, ports::chain_callback<std::optional<ports::evm_logs>> done) override {
    if (!what_->hold_receipts) return inner_.receipt_logs(tx, std::move(done));
    what_->held.emplace_back([this, tx, done] { inner_.receipt_logs(tx, done); });
  }
  void call(address to, bytes input, ports::chain_callback<bytes> done) override {
    inner_.call(to, std::move(input), std::move(done));
  }
  void code(address of, ports::chain_callback<bytes> done) override { inner_.code(of, std::move(done)); }

 private:
  test::fake_chain inner_;
  std::shared_ptr<answers> what_;
};

class IngestionWalkTest : public IngestionTest {
 public:
  void start() {
    auto make = [this]() -> std::shared_ptr<ports::chain_client> {
      return std::make_shared<held_chain>(node, node_says);
    };
    running = own(protocol::spawn_class<bridges::bridge>(
        system, log, ingestion_service(config, make, &clock, &notices, nullptr, &jitter), bridges::bridge_config{},
        &clock));
    run();
  }

  /// The newest block is replaced before the answer comes that the node holds back.
  void start_into_a_reorg() {
    start();
    node->mine();
    run();
    node->reorg_to(1, {{}});
    run();
    node_says->release();
    run();
  }

  void wait(std::chrono::seconds time) {
    for (std::chrono::milliseconds gone{0}; gone < time; gone += 500ms) {
      clock.advance(500ms);
      advance(500ms);
    }
  }

  void mine(int blocks, unsigned char mark) {
    for (int i = 0; i < blocks; ++i) node->mine({take(mark)});
  }

  /// The node allows so many requests a second and wishes a long pause after each that is too many.
  std::function<std::optional<chain_error>()> limit_of(int per_second) {
    auto used = std::make_shared<std::pair<std::int64_t, int>>();
    return [this, per_second, used]() -> std::optional<chain_error> {
      const auto second = clock.now().us / 1'000'000;
      if (used->first != second) *used = {second, 0};
      if (++used->second <= per_second) return std::nullopt;
      return chain_error{chain_failure::throttled, "429", 5s};
    };
  }

  std::shared_ptr<answers> node_says = std::make_shared<answers>();
};

TEST_F(IngestionWalkTest, AReorgBeforeTheFirstStartIsAdmittedDoesNotAdmitIt) {
  config.hedge_history = false;
  mine(5, 1);
  clock.advance(std::chrono::hours{24 * 365});
  start();
  wait(3s);
  ASSERT_EQ(entity().activity, "refused");
  node->mine();
  wait(1s);
  node->reorg(1);
  wait(3s);
  crash();
  start();
  wait(5s);
  EXPECT_EQ(entity().activity, "refused");
  EXPECT_TRUE(events().empty());
}

TEST_F(IngestionWalkTest, AReorgBeforeTheChainIdIsKnownLosesNoAnswer) {
  mine(5, 1);
  node_says->hold_chain_id = true;
  start_into_a_reorg();
  mine(3, 2);
  wait(5s);
  EXPECT_EQ(canonical(), truth());
}

TEST_F(IngestionWalkTest, AReorgWhileTheStartBlockIsAskedForLosesNoAnswer) {
  config.hedge_history = false;
  config.backfill.start_block = 2;
  mine(5, 1);
  node_says->hold_block = 2;
  start_into_a_reorg();
  wait(10s);
  EXPECT_EQ(entity().activity, "refused") << "the block is old, and now that is known";
}

TEST_F(IngestionWalkTest, AReorgRightAfterAStartDoesNotThrowTheCheckpointBack) {
  for (int i = 0; i < 300; ++i) node->mine();
  start();
  wait(60s);
  crash();
  node_says->hold_chain_id = true;
  start_into_a_reorg();
  wait(1s);
  EXPECT_GE(shown("checkpoint"), 300 - static_cast<std::int64_t>(config.reorg_window_blocks));
}

TEST_F(IngestionWalkTest, NothingIsTakenBackBecauseOfANodeOfAnotherChain) {
  config.chain_id = node->id;
  mine(60, 1);
  start();
  wait(20s);
  ASSERT_EQ(events().size(), 60U);
  crash();
  node = std::make_shared<test::fake_node>();
  node->id = 1;
  mine(70, 2);
  node_says->hold_chain_id = true;
  start();
  node->mine();
  run();
  node->set_back(1);
  run();
  wait(3s);
  node->mine();
  run();
  wait(3s);
  EXPECT_EQ(events().size(), 60U);
}

TEST_F(IngestionWalkTest, AStaleClearOfAReplacedBlockDoesNotHoldTheRange) {
  config.owner.value.fill(0x0e);
  for (int i = 0; i < 100; ++i) node->mine();
  auto stale = clear_of(config.owner);
  stale.ref.block_number = 98;
  stale.ref.block_hash.value.fill(0x99);
  bool given = false;
  node->garble_logs = [&](ports::evm_logs& answer) {
    const auto& [from, to] = node->asked.back();
    if (given || from > 98 || to < 98) return;
    given = true;
    answer.logs.push_back({stale, false, timestamp{1'700'000'100'000'000}});
  };
  start();
  wait(10s);
  ASSERT_TRUE(given);
  for (int i = 0; i < 20; ++i) {
    node->mine({take(3)});
    wait(2s);
  }
  EXPECT_EQ(canonical(), truth());
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionWalkTest, AReceiptThatIsUnderWayDuringAReorgAboveItIsAskedForAgain) {
  config.owner.value.fill(0x0e);
  start();
  mine(3, 1);
  wait(5s);
  ASSERT_EQ(events().size(), 3U);
  node->hidden = {{4, 1}};
  node_says->hold_receipts = true;
  node->mine({clear_of(config.owner), after_clear(9)});
  node->mine();
  wait(5s);
  ASSERT_EQ(node_says->held.size(), 1U);
  node->reorg_to(1, {{}, {}});
  run();
  wait(1s);
  node_says->release();
  wait(30s);
  ASSERT_EQ(events().size(), 4U);
  EXPECT_TRUE(events().back().after_clear);
  EXPECT_EQ(shown("waiting"), 0);
}

TEST_F(IngestionWalkTest, AThrottledWalkPausesAsTheNodeWishesAndGoesOnWhereItStood) {
  mine(60, 1);
  start();
  wait(20s);
  crash();
  node_says->refuse_header = limit_of(25);
  node_says->headers_asked = 0;
  start();
  wait(60s);
  EXPECT_LT(node_says->headers_asked, 250);
  EXPECT_EQ(entity().field<timestamp>("throttled_since"), nullptr);
  mine(5, 2);
  wait(5s);
  EXPECT_EQ(canonical(), truth());
}

TEST_F(IngestionWalkTest, ADoubtHoldsTheCheckpointAndIsAnAlarmWhenItLasts) {
  mine(30, 1);
  start();
  wait(20s);
  const auto before = shown("checkpoint");
  // Of the new branch only the newest head is told.
  for (std::uint64_t number = 20; number < 30; ++number) node->silent_blocks.insert(number);
  node->silent_heads = node->silent_logs = true;
  node->reorg_to(5, {{take(8)}, {}, {}, {}});
  node->silent_heads = false;
  mine(4, 2);
  wait(70s);
  EXPECT_LE(shown("checkpoint"), before);
  EXPECT_TRUE(notices.has("ALARM branch_unproven")) << notices.all();
  EXPECT_NE(problems().find("stays booked"), std::string::npos) << problems();
  node->silent_blocks.clear();
  wait(20s);
  EXPECT_TRUE(notices.has("branch_unproven_over")) << notices.all();
  EXPECT_GT(shown("checkpoint"), before);
  EXPECT_EQ(canonical(), truth());
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionWalkTest, AHeaderThatTheNodeKeepsNoLongerHoldsNothing) {
  config.reorg_window_blocks = 8;
  mine(1, 1);
  for (int i = 0; i < 40; ++i) node->mine();
  start();
  wait(20s);
  crash();
  node->silent_blocks.insert(1);
  start();
  for (int i = 0; i < 40; ++i) {
    node->mine();
    wait(2s);
  }
  EXPECT_EQ(shown("checkpoint"), static_cast<std::int64_t>(node->head()));
  EXPECT_EQ(problems(), "");
}

TEST_F(IngestionWalkTest, WhatIsReadInADoubtIsReadAgainFromTheProvenBranch) {
  config.backfill.rescan_blocks = 0;
  mine(5, 1);
  start();
  wait(5s);
  node->disconnect();
  run();
  for (int i = 0; i < 10; ++i) node->mine();
  for (std::uint64_t number = 6; number < 15; ++number) node->silent_blocks.insert(number);
  node->connect();
  wait(3s);
  ASSERT_EQ(shown("checkpoint"), 5);
  node->silent_logs = node->silent_heads = true;
  node->reorg_to(8, {{take(8)}, {}, {}, {}, {}, {}, {}, {}});
  node->silent_heads = false;
  node->mine();
  node->silent_blocks.clear();
  wait(10s);
  EXPECT_EQ(canonical(), truth());
}

TEST_F(IngestionWalkTest, AConnectionThatBreaksAgainAndAgainMovesTheCheckpointOnOnly) {
  config.backfill.max_batch = 4;
  for (int i = 0; i < 300; ++i) node->mine();
  start();
  wait(60s);
  std::int64_t before = shown("checkpoint");
  for (int times = 0; times < 20; ++times) {
    int answered = 0;
    node->refuse_logs = [&](const ports::evm_log_query&) -> std::optional<chain_error> {
      if (++answered > 3) return chain_error{chain_failure::disconnected, "gone"};
      return std::nullopt;
    };
    node->disconnect();
    run();
    mine(2, 7);
    node->connect();
    run();
    wait(2s);
    const std::int64_t now = shown("checkpoint");
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_EQ(canonical(), truth());
}

}  // namespace
}  // namespace hedgerow::ingestion
