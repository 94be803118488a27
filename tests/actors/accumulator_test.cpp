#include "actors/accumulator/accumulator_actor.hpp"

#include <gtest/gtest.h>

#include "actors/bridges/bridge.hpp"
#include "actors/bridges/dead_letter_alarms.hpp"
#include "messages/codec/codec.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::accumulator {
namespace {

class AccumulatorTest : public test::actor_fixture {
 public:
  void start() {
    running = own(protocol::spawn_class<bridges::bridge>(system, log, accumulator_service(policy, &clock, &notices),
                                                         bridges::bridge_config{}, &clock));
    run();
  }

  void crash() {
    caf::anon_send_exit(running, caf::exit_reason::kill);
    run();
  }

  template <class Event>
  void append(topic t, const std::string& key, const Event& event) {
    auto writer = log->join({"test-writer", "w", {}});
    const envelope meta{"test:" + std::to_string(++events), clock.now(), clock.now(), {}, {}, {}};
    (*writer)->commit({{{{t, partition_of_symbol("AAPL", 4)}, key, codec::encode(meta, event)}}, {}},
                      [](auto outcome) { EXPECT_TRUE(outcome); });
    run();
  }

  /// The same records in a log that knows no group's place.
  void lose_offsets() {
    auto copy = adapters::make_memory_log(clock, 4);
    auto writer = copy->join({"copy", "w", {}});
    for (const auto& spec : topics()) {
      const std::uint32_t parts = spec.partitions == partition_rule::single ? 1 : 4;
      for (topic_partition from{spec.id, 0}; from.partition < parts; ++from.partition) {
        const auto records = log->read(from, 0, 1000);
        for (const auto& r : *records)
          (*writer)->commit({{{from, r.key, r.value->str()}}, {}}, [](auto o) { EXPECT_TRUE(o); });
      }
    }
    log = std::move(copy);
  }

  void trade(side s, const char* amount) {
    onchain_trade t;
    t.sequence = ++sequence;
    t.symbol = *symbol::parse("AAPL");
    t.side = s;
    t.amount = *shares::parse(amount);
    t.notional = *usd::parse("100");
    append(topic::onchain_trades, "AAPL:" + t.ref.key(), t);
  }

  void outcome(std::uint64_t execution, execution_state state, const char* filled) {
    schwab_execution e;
    e.execution = {*symbol::parse("AAPL"), execution};
    e.side = side::buy;
    e.quantity = 1;
    e.state = state;
    e.code = state == execution_state::failed ? execution_code::rejected : execution_code::none;
    e.filled = *shares::parse(filled);
    e.filled_notional = *usd::parse("100");
    append(topic::schwab_executions, e.execution.to_string(), e);
  }

  position_update position() {
    const auto records = log->read({topic::position_updates, partition_of_symbol("AAPL", 4)}, 0, 1000);
    return codec::decode<position_update>(*records->back().value)->data;
  }

  std::vector<std::string> commands() {
    std::vector<std::string> all;
    const auto records = log->read({topic::schwab_commands, partition_of_symbol("AAPL", 4)}, 0, 1000);
    for (const auto& r : *records) {
      const auto c = codec::decode<schwab_command>(*r.value)->data;
      all.push_back(std::string{to_string(c.side)} + " " + std::to_string(c.quantity) + " " + c.execution.to_string());
    }
    return all;
  }

  test::fake_clock clock;
  test::heard_notices notices;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 4);
  domain::hedging_policy policy;
  protocol::bridge_actor running;
  std::uint64_t sequence = 0;
  int events = 0;
};

using strings = std::vector<std::string>;

TEST_F(AccumulatorTest, TheSpecsExample) {
  start();
  trade(side::sell, "0.3");
  trade(side::sell, "0.5");
  EXPECT_TRUE(commands().empty());
  trade(side::sell, "0.4");
  EXPECT_EQ(commands(), strings{"BUY 1 AAPL:1"});
  EXPECT_EQ(position().available().to_string(), "-0.2");
  outcome(1, execution_state::filled, "1");
  EXPECT_EQ(position().exposure().to_string(), "-0.2");
  EXPECT_TRUE(position().reserved.is_zero());
}

TEST_F(AccumulatorTest, AFailedHedgeIsTriedAgainAfterItsBackoffByTheActorsOwnTimer) {
  start();
  trade(side::sell, "1.5");
  outcome(1, execution_state::failed, "0");
  EXPECT_EQ(commands().size(), 1U);
  clock.advance(policy.failure_backoff + std::chrono::milliseconds{5});
  advance(policy.failure_backoff + std::chrono::milliseconds{5});
  EXPECT_EQ(commands(), (strings{"BUY 1 AAPL:1", "BUY 1 AAPL:2"}));
}

TEST_F(AccumulatorTest, TheTimerSurvivesARestart) {
  start();
  trade(side::sell, "1.5");
  outcome(1, execution_state::failed, "0");
  crash();
  clock.advance(policy.failure_backoff);
  start();
  advance(std::chrono::milliseconds{10});
  EXPECT_EQ(commands(), (strings{"BUY 1 AAPL:1", "BUY 1 AAPL:2"}));
}

TEST_F(AccumulatorTest, AClockThatWasADayAheadForAMomentDoesNotStopTheSymbolForADay) {
  start();
  trade(side::sell, "1.5");
  clock.advance(std::chrono::hours{24});
  outcome(1, execution_state::failed, "0");
  clock.advance(-std::chrono::hours{24});
  for (int minute = 0; minute < 3; ++minute) {
    clock.advance(std::chrono::minutes{1});
    advance(std::chrono::minutes{1} + std::chrono::milliseconds{5});
  }
  EXPECT_EQ(commands(), (strings{"BUY 1 AAPL:1", "BUY 1 AAPL:2"}));
}

TEST_F(AccumulatorTest, ARestartForgetsNothingAndATradeToldTwiceCountsOnce) {
  start();
  trade(side::sell, "0.7");
  crash();
  start();
  --sequence;
  trade(side::sell, "0.7");
  EXPECT_EQ(position().onchain.to_string(), "-0.7");
  trade(side::sell, "0.3");
  EXPECT_EQ(commands(), strings{"BUY 1 AAPL:1"});
}

TEST_F(AccumulatorTest, AnOutcomeOfNoCommandIsADeadLetterAndTheSymbolGoesOn) {
  start();
  trade(side::sell, "0.5");
  outcome(9, execution_state::filled, "1");
  const auto letters = log->read({topic::dead_letters, 0}, 0, 10);
  ASSERT_EQ(letters->size(), 1U);
  EXPECT_EQ(codec::decode<dead_letter>(*letters->front().value)->data.reason, "unknown_execution");
  trade(side::sell, "0.5");
  EXPECT_EQ(commands(), strings{"BUY 1 AAPL:1"});
}

TEST_F(AccumulatorTest, WhatIsNotBookedIsAnAlarmOfEachKindThatDoesNotFlood) {
  start();
  trade(side::sell, "0.5");
  EXPECT_EQ(notices.all(), "");
  for (int i = 0; i < 20; ++i) outcome(9, execution_state::filled, "1");
  EXPECT_EQ(notices.count("ALARM not_booked AAPL"), 1U) << notices.all();
  EXPECT_TRUE(notices.has("unknown_execution"));
  append(topic::onchain_trades, "AAPL:broken", control_event{"AAPL", control_action::halt, "", "no trade", "me"});
  EXPECT_EQ(notices.count("ALARM not_booked AAPL"), 2U) << "another kind";
  clock.advance(entity::dead_letter_alarms::quiet);
  outcome(9, execution_state::filled, "1");
  EXPECT_TRUE(notices.has("19 more of this kind")) << notices.all();
}

TEST_F(AccumulatorTest, HaltStopsCommandsAndResumeBringsThem) {
  start();
  append(topic::control_events, "AAPL", control_event{"AAPL", control_action::halt, "", "test", "me"});
  trade(side::sell, "2");
  EXPECT_TRUE(commands().empty());
  append(topic::control_events, "AAPL", control_event{"AAPL", control_action::resume, "", "test", "me"});
  EXPECT_EQ(commands(), strings{"BUY 2 AAPL:1"});
}

TEST_F(AccumulatorTest, AnOldResumeThatIsReadOnceMoreDoesNotFreeTheSymbol) {
  start();
  append(topic::control_events, "AAPL", control_event{"AAPL", control_action::resume, "", "test", "me"});
  trade(side::sell, "1");
  outcome(1, execution_state::held, "0");
  ASSERT_TRUE(position().frozen);
  crash();
  lose_offsets();
  start();
  EXPECT_TRUE(notices.has("INFO decision_repeated AAPL")) << notices.all();
  EXPECT_TRUE(position().frozen) << "a person has not said so since";
  append(topic::control_events, "AAPL", control_event{"AAPL", control_action::resume, "", "test", "me"});
  EXPECT_FALSE(position().frozen);
}

}  // namespace
}  // namespace hedgerow::accumulator
