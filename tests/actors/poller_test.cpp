// One order, from the event that submits it to its end.
#include "actors/poller/poller_actor.hpp"

#include <gtest/gtest.h>

#include "messages/codec/codec.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_broker.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::poller {
namespace {

using namespace protocol;
using namespace std::chrono_literals;

class same_number final : public ports::random {
 public:
  std::uint64_t next() override { return 0; }
};

class PollerTest : public test::actor_fixture {
 public:
  void start(std::map<std::string, std::string> changelog = {}) {
    const auto gateway = own(spawn_class<broker::broker_gateway>(system, api, broker::gateway_config{}, &clock, [] {}));
    const auto bridge_end = [this](emitter_actor::pointer) -> emitter_actor::behavior_type {
      return {[this](emit_atom, const step_ptr& s) { emitted.push_back(s); }};
    };
    const bridges::entity_seed seed{"AAPL:1", 3, std::move(changelog), own(system.spawn(bridge_end))};
    entity = own(entity_actor{
        spawn_class<poller>(system, seed, poller_config{}, poller_ports{gateway, &clock, &random, &notices})});
    run();
  }

  step_ptr hand_over(std::string value) {
    record r;
    r.from = {topic::schwab_executions, 3};
    r.key = "AAPL:1";
    r.value = payload{std::move(value)};
    return ask<step_ptr>(entity, handle_atom::value, std::make_shared<const slice>(slice{{r}}));
  }

  std::string submitted() {
    schwab_execution event;
    event.execution = {*symbol::parse("AAPL"), 1};
    event.quantity = 2;
    event.state = execution_state::submitted;
    event.order = order_id::parse("77");
    return codec::encode({"desk:AAPL:4", clock.now(), clock.now(), "AAPL:1", {}, {}}, event);
  }

  void answer(const char* filled, order_status status) {
    broker_order order;
    order.id = *order_id::parse("77");
    order.symbol = *symbol::parse("AAPL");
    order.quantity = shares::from_whole(2);
    order.filled = order.priced = *shares::parse(filled);
    order.filled_notional = *usd::parse("100");
    order.status = status;
    order.last_fill_at = clock.now() - 1s;
    test::fake_broker::answer_next(api->gets, expected<broker_order, broker_error>{order});
    run();
  }

  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    advance(time);
  }

  /// Until the order has been asked for once more. The gateway gathers questions for some milliseconds.
  void look() {
    const auto asked = api->asked.size();
    for (int i = 0; i < 100 && api->asked.size() == asked; ++i) pass(500ms);
    EXPECT_EQ(api->asked.size(), asked + 1);
  }

  test::fake_clock clock;
  same_number random;
  test::heard_notices notices;
  std::shared_ptr<test::fake_broker> api = std::make_shared<test::fake_broker>();
  std::vector<step_ptr> emitted;
  entity_actor entity;
};

TEST_F(PollerTest, FollowsAnOrderToItsEndAndForgetsIt) {
  start();
  const auto begun = hand_over(submitted());
  ASSERT_EQ(begun->records.size(), 1U);
  EXPECT_EQ(begun->records[0].to, (topic_partition{topic::poller_changelog, 3}));
  EXPECT_FALSE(begun->idle);
  EXPECT_TRUE(hand_over(submitted())->records.empty()) << "it is followed once";
  look();
  answer("1", order_status::working);
  ASSERT_EQ(emitted.size(), 1U);
  const auto part = codec::decode<schwab_execution>(*emitted[0]->records.at(0).value);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->data.state, execution_state::partially_filled);
  EXPECT_EQ(part->meta.occurred_at, clock.now() - 1s) << "when it was filled";
  EXPECT_EQ(part->meta.recorded_at, clock.now());
  EXPECT_EQ(part->meta.causation_id, "desk:AAPL:4");
  EXPECT_EQ(part->meta.correlation_id, "AAPL:1");
  EXPECT_TRUE(emitted[0]->records.at(1).value) << "the changelog keeps it";
  look();
  answer("2", order_status::filled);
  ASSERT_EQ(emitted.size(), 2U);
  const auto whole = codec::decode<schwab_execution>(*emitted[1]->records.at(0).value);
  EXPECT_EQ(whole->data.state, execution_state::filled);
  EXPECT_EQ(whole->meta.causation_id, part->meta.event_id);
  EXPECT_EQ(emitted[1]->records.at(1).to.topic, topic::poller_changelog);
  EXPECT_FALSE(emitted[1]->records.at(1).value);
  EXPECT_TRUE(emitted[1]->idle);
  pass(10min);
  EXPECT_EQ(api->asked.size(), 2U) << "there is nothing left to ask";
}

TEST_F(PollerTest, AnOrderThatWasPendingAtTheEndOfTheProcessIsLookedAtAtOnce) {
  start();
  const auto stored = *hand_over(submitted())->records.at(0).value;
  start({{"AAPL:1", stored}});
  pass(20ms);
  EXPECT_EQ(api->asked.size(), 1U);
}

TEST_F(PollerTest, WhatCannotBeReadIsADeadLetterAndAStoredStateThatCannotEndsIt) {
  start();
  const auto buried = hand_over("nonsense");
  ASSERT_EQ(buried->records.size(), 1U);
  EXPECT_EQ(buried->records[0].to.topic, topic::dead_letters);
  EXPECT_TRUE(buried->idle);
  start({{"AAPL:1", "nonsense"}});
  std::string why;
  auto asked = self->request(entity, 1s, status_atom::value);
  run();
  asked.receive([](const actor_status&) {}, [&](const caf::error& e) { why = system.render(e); });
  EXPECT_NE(why, "");
}

}  // namespace
}  // namespace hedgerow::poller
