// The aggregator between the log and its store: what it does when the store is slow, fails, or has rows already.
#include "actors/aggregator/aggregator_actor.hpp"

#include "messages/codec/codec.hpp"
#include "messages/faults/fault_plan.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::aggregator {
namespace {

using namespace protocol;

/// Keeps the rows of another store and answers apply() when it is told to.
class slow_store final : public ports::projection_store {
 public:
  explicit slow_store(std::shared_ptr<ports::projection_store> behind) : behind_{std::move(behind)} {}
  void position(ports::store_reply<ports::store_position> done) override { behind_->position(done); }
  void rows(row_keys wanted, ports::store_reply<known_rows> done) override { behind_->rows(std::move(wanted), done); }
  void apply(std::shared_ptr<const ports::projected_batch> batch, ports::store_reply<void> done) override {
    ++begun;
    finish = [this, batch, done] { behind_->apply(batch, done); };
  }

  int begun = 0;
  std::function<void()> finish;

 private:
  std::shared_ptr<ports::projection_store> behind_;
};

class Aggregator : public test::actor_fixture {
 protected:
  void append(std::uint64_t sequence) {
    enveloped<onchain_trade> e;
    e.meta.event_id = "trade:" + std::to_string(sequence);
    e.data.sequence = sequence;
    e.data.symbol = *symbol::parse("AAPL");
    e.data.amount = shares::from_whole(1);
    e.data.notional = *usd::parse("100");
    log_transaction tx;
    tx.records.push_back({{topic::onchain_trades, 0}, "AAPL", codec::encode(e.meta, e.data)});
    bool done = false;
    writer->commit(std::move(tx), [&](const auto& outcome) { done = outcome.has_value(); });
    ASSERT_TRUE(done);
  }

  aggregator_actor start() {
    const auto actor = own(spawn_class<aggregator>(system, log, rows, aggregator_config{}));
    run();
    return actor;
  }

  std::uint64_t trades(const aggregator_actor& actor) {
    return ask<projection_overview>(actor, overview_atom::value).totals.trades;
  }
  actor_status status(const aggregator_actor& actor) { return ask<actor_status>(actor, status_atom::value); }
  std::int64_t folded(const aggregator_actor& actor) {
    const auto shown = status(actor);
    const auto* count = shown.field<std::int64_t>("folded");
    return count == nullptr ? -1 : *count;
  }

  test::fake_clock clock;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  std::unique_ptr<ports::log_member> writer = log->join({"test", "writer", {}}).value();
  std::shared_ptr<adapters::memory_store_faults> orders = std::make_shared<adapters::memory_store_faults>();
  ports::projections rows = adapters::make_memory_store({}, orders);
};

TEST_F(Aggregator, FoldsTheLogIntoTheStoreAndAnswersFromIt) {
  append(1);
  const auto actor = start();
  append(2);
  run();
  EXPECT_EQ(trades(actor), 2U);
  EXPECT_EQ(ask<trade_page>(actor, trades_atom::value, trades_query{.symbol = {}, .limit = 1}).rows.size(), 1U);
  EXPECT_TRUE(ask<position_answer>(actor, position_atom::value, std::string{"AAPL"}).row);
  EXPECT_FALSE(ask<execution_answer>(actor, execution_atom::value, std::string{"AAPL:1"}).row);
  EXPECT_EQ(status(actor).state, protocol::run_state::running);
}

TEST_F(Aggregator, ContinuesWhereTheRowsOfTheStoreEnd) {
  append(1);
  append(2);
  const auto first = start();
  EXPECT_EQ(folded(first), 2);
  self->send_exit(first, caf::exit_reason::kill);
  run();
  append(3);
  const auto second = start();
  EXPECT_EQ(folded(second), 1);
  EXPECT_EQ(trades(second), 3U);
}

TEST_F(Aggregator, TriesABusyStoreAgainWithGrowingPausesAndSaysSo) {
  append(1);
  const auto plan = faults::parse_fault_plan({"store.apply.before:fail@1", "store.apply.before:fail@2"});
  const faults::armed_plan armed{plan.value()};
  const auto actor = start();
  const auto failing = status(actor);
  EXPECT_EQ(failing.activity, "store not available");
  ASSERT_EQ(failing.problems.size(), 1U);
  EXPECT_NE(failing.problems[0].find(faults::injected), std::string::npos);
  EXPECT_EQ(trades(actor), 0U) << "it still answers";
  advance(std::chrono::milliseconds{100});
  EXPECT_EQ(status(actor).activity, "store not available");
  advance(std::chrono::milliseconds{199});
  EXPECT_EQ(trades(actor), 0U);
  advance(std::chrono::milliseconds{1});
  EXPECT_EQ(trades(actor), 1U);
  EXPECT_EQ(status(actor).state, protocol::run_state::running);
  EXPECT_TRUE(status(actor).problems.empty());
}

TEST_F(Aggregator, ABatchWhoseReplyIsLostCountsOnce) {
  append(1);
  const faults::armed_plan armed{faults::parse_fault_plan({"store.apply.after:fail@1"}).value()};
  const auto actor = start();
  EXPECT_EQ(status(actor).activity, "store not available");
  append(2);
  run();
  EXPECT_EQ(trades(actor), 1U) << "the store has it";
  advance(std::chrono::milliseconds{100});
  EXPECT_EQ(trades(actor), 2U);
  EXPECT_EQ(status(actor).state, protocol::run_state::running);
}

TEST_F(Aggregator, ASlowStoreKeepsNobodyWaiting) {
  const auto slow = std::make_shared<slow_store>(rows.store);
  rows.store = slow;
  append(1);
  const auto actor = start();
  append(2);
  run();
  EXPECT_EQ(slow->begun, 1) << "one batch at a time";
  EXPECT_EQ(status(actor).activity, "rebuilding");
  EXPECT_EQ(trades(actor), 0U);
  slow->finish();
  run();
  slow->finish();
  run();
  EXPECT_EQ(trades(actor), 2U);
  EXPECT_EQ(status(actor).state, protocol::run_state::running);
}

TEST_F(Aggregator, TwoThatWriteIntoOneStoreCountEachRecordOnce) {
  const auto first = start();
  const auto slow = std::make_shared<slow_store>(rows.store);
  rows.store = slow;
  const auto second = start();
  append(1);
  run();
  EXPECT_EQ(trades(first), 1U);
  append(2);
  run();
  EXPECT_EQ(trades(first), 2U);
  for (int batch = 1; batch <= 2; ++batch) {
    ASSERT_EQ(slow->begun, batch);
    slow->finish();
    run();
  }
  EXPECT_EQ(trades(second), 2U);
  EXPECT_EQ(status(second).state, protocol::run_state::running);
}

TEST_F(Aggregator, AMisplacedBatchIsFoldedAgainFromTheStoresPosition) {
  append(1);
  orders->fail_next_apply({ports::store_errc::misplaced, "ordered"});
  const auto actor = start();
  EXPECT_EQ(trades(actor), 0U);
  advance(std::chrono::milliseconds{100});
  EXPECT_EQ(trades(actor), 1U);
  EXPECT_EQ(status(actor).state, protocol::run_state::running);
}

}  // namespace
}  // namespace hedgerow::aggregator
