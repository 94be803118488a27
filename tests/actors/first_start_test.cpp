// Ingestion on an empty event log: an old history is read only when the broker does not show that it was hedged before.
#include <gtest/gtest.h>

#include "actors/bridges/bridge.hpp"
#include "actors/domain/fills/orderbook_events.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_broker.hpp"
#include "tests/support/fake_chain.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::ingestion {
namespace {

using protocol::actor_status;
using namespace std::chrono_literals;

const address book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");
/// Time of the block with number 0; each one is two seconds later.
constexpr timestamp genesis{1'700'000'000'000'000};

class FirstStartTest : public test::actor_fixture {
 public:
  FirstStartTest() {
    config.books = {{book, orderbook_version::v4}};
    for (int i = 0; i < 5; ++i) node->mine({fill()});
    config.backfill.start_block = 2;
  }

  static raw_evm_log fill() {
    raw_evm_log log;
    log.book = book;
    log.topics = {domain::topics_of(orderbook_version::v4).take};
    log.data = bytes(32, 1);
    return log;
  }

  /// The clock goes on by `later` before it.
  void start(std::chrono::microseconds later = 24h) {
    clock.advance(later);
    auto make = [this]() -> std::shared_ptr<ports::chain_client> { return std::make_shared<test::fake_chain>(node); };
    running = own(protocol::spawn_class<bridges::bridge>(
        system, log, ingestion_service(config, make, &clock, &notices, broker), bridges::bridge_config{}, &clock));
    run();
  }

  void crash() {
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
  }

  void settle() {
    for (int i = 0; i < 12; ++i) advance(1100ms);
  }

  std::size_t events() { return log->read({topic::blockchain_events, 0}, 0, 1000)->size(); }

  actor_status entity() {
    const auto tree = ask<actor_status>(running, protocol::status_atom::value);
    return tree.children.empty() ? actor_status{} : tree.children.front();
  }

  void answer(order_list list) {
    broker->answer_next(broker->lists, expected<order_list, broker_error>{std::move(list)});
  }

  void fail(broker_error why) {
    broker->answer_next(broker->lists, expected<order_list, broker_error>{unexpected(std::move(why))});
  }

  broker_order order() {
    broker_order o;
    o.id = *order_id::parse("77");
    o.symbol = *symbol::parse("AAPL");
    o.quantity = o.filled = *shares::parse("5");
    o.status = order_status::filled;
    o.entered_at = clock.now() - 1h;
    return o;
  }

  test::fake_clock clock{genesis};
  test::heard_notices notices;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  std::shared_ptr<test::fake_node> node = std::make_shared<test::fake_node>();
  std::shared_ptr<test::fake_broker> broker = std::make_shared<test::fake_broker>();
  ingestion_config config;
  protocol::bridge_actor running;
};

TEST_F(FirstStartTest, AnOldHistoryIsReadWhenTheBrokerShowsNoOrdersSinceThen) {
  start();
  EXPECT_EQ(entity().activity, "waiting for the broker");
  ASSERT_EQ(broker->lists.size(), 1U);
  EXPECT_EQ(broker->windows.front(), std::pair(genesis + 4s - 15s, clock.now()));
  EXPECT_EQ(events(), 0U);
  answer({});
  settle();
  EXPECT_EQ(events(), 4U);
  EXPECT_TRUE(notices.has("INFO first_start chain.start_block")) << notices.all();
  EXPECT_TRUE(notices.has("fills of blocks 2 (2023-11-14T22:13:24.000000Z) to 5, and all later ones, will be hedged"))
      << notices.all();
}

TEST_F(FirstStartTest, AnOldHistoryIsRefusedWhenTheBrokerShowsOrdersSinceThen) {
  start();
  answer({{order()}, {}});
  settle();
  node->mine({fill()});
  node->disconnect();
  node->connect();
  settle();
  EXPECT_EQ(events(), 0U);
  EXPECT_EQ(entity().activity, "refused");
  EXPECT_EQ(broker->windows.size(), 1U);
  EXPECT_EQ(notices.count("ALARM first_start_refused"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("chain.hedge_history = true")) << notices.all();
  EXPECT_NE(entity().last_error.find("chain.start_block"), std::string::npos) << entity().last_error;
  // A person has compared and decides.
  crash();
  config.hedge_history = true;
  start();
  settle();
  EXPECT_EQ(events(), 5U);
}

TEST_F(FirstStartTest, UntilThereIsALoginTheBrokerIsAskedAgainAndNothingIsRead) {
  start();
  const broker_error no_token{broker_failure::not_sent, 0, "no valid access token", 0ms};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(broker->lists.size(), 1U) << i;
    fail(no_token);
    run();
    EXPECT_TRUE(broker->lists.empty());
    advance(1100ms);
  }
  EXPECT_EQ(notices.count("WARNING first_start_waits"), 1U) << notices.all();
  EXPECT_EQ(events(), 0U);
  // A failure that cost a call is not repeated each second.
  fail(broker_error{broker_failure::server_error, 500, "", 0ms});
  run();
  advance(5s);
  EXPECT_TRUE(broker->lists.empty());
  advance(6s);
  ASSERT_EQ(broker->lists.size(), 1U);
  answer({});
  settle();
  EXPECT_EQ(events(), 4U);
}

TEST_F(FirstStartTest, WithoutABrokerAnOldHistoryNeedsAPersonsWord) {
  broker.reset();
  start();
  settle();
  EXPECT_EQ(events(), 0U);
  EXPECT_EQ(entity().activity, "refused");
  EXPECT_TRUE(notices.has("this node does not call the broker")) << notices.all();
}

TEST_F(FirstStartTest, ABeginningOfNowIsReadWithoutAsking) {
  start(1min);
  settle();
  EXPECT_EQ(events(), 4U);
  EXPECT_TRUE(broker->windows.empty());
}

TEST_F(FirstStartTest, ALaterStartOnALogWithAHistoryAsksNobody) {
  config.hedge_history = true;
  start();
  settle();
  ASSERT_EQ(events(), 4U);
  crash();
  config.hedge_history = false;
  node->mine({fill()});
  start();
  settle();
  EXPECT_EQ(events(), 5U);
  EXPECT_TRUE(broker->windows.empty());
  EXPECT_EQ(notices.count("INFO first_start "), 1U) << notices.all();
}

TEST_F(FirstStartTest, ABookWithoutCodeIsToldOnce) {
  config.hedge_history = true;
  node->without_code = {book};
  start();
  settle();
  node->disconnect();
  node->connect();
  settle();
  EXPECT_EQ(notices.count("ALARM no_code orderbook there is no contract at " + book.to_string()), 1U) << notices.all();
  EXPECT_EQ(events(), 4U);
}

}  // namespace
}  // namespace hedgerow::ingestion
