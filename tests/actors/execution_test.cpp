// A desk and what it waits for.
#include "actors/execution/execution_actor.hpp"

#include <gtest/gtest.h>

#include "actors/execution/desk_host.hpp"
#include "messages/codec/codec.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_broker.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::execution {
namespace {

using namespace protocol;
using namespace std::chrono_literals;

class one_token final : public ports::token_holder {
 public:
  void set(std::optional<std::string>) override {}
  [[nodiscard]] std::optional<std::string> get() const override { return "token"; }
};

class silent final : public ports::notices {
 public:
  void raise(ports::notice_level, std::string_view, std::string_view, std::string_view, std::string_view) override {}
};

/// The clock of a machine that may be frozen from outside: its monotonic time stands still then.
class machine_clock final : public ports::clock {
 public:
  [[nodiscard]] timestamp now() const override { return clock_.now(); }
  [[nodiscard]] monotonic_time monotonic() const override { return clock_.monotonic() - frozen_; }
  void advance(std::chrono::microseconds by) { clock_.advance(by); }
  void freeze(std::chrono::microseconds by) {
    clock_.advance(by);
    frozen_ += by;
  }

 private:
  test::fake_clock clock_;
  std::chrono::microseconds frozen_{0};
};

class ExecutionTest : public test::actor_fixture {
 public:
  void start() {
    auto gateway = own(spawn_class<broker::broker_gateway>(system, api, broker::gateway_config{}, &clock, [] {}));
    const execution_ports outside{gateway, std::make_shared<one_token>(), &clock, &notices, [] {}};
    const auto bridge_end = [this](emitter_actor::pointer) -> emitter_actor::behavior_type {
      return {[this](emit_atom, const step_ptr& s) { emitted.push_back(s); }};
    };
    desk = own(spawn_class<desk_host>(system, bridges::entity_seed{"AAPL", 0, {}, own(system.spawn(bridge_end))},
                                      execution_config{}, outside));
  }

  /// What the desk says to a command; nothing while it has not answered.
  std::optional<step_ptr> hand_over(std::uint64_t sequence) {
    const schwab_command command{{*symbol::parse("AAPL"), sequence}, side::buy, 1, {}};
    const envelope meta{"test:" + std::to_string(sequence), clock.now(), clock.now(), {}, {}, {}};
    record r;
    r.from = {topic::schwab_commands, 0};
    r.key = command.execution.to_string();
    r.value = payload{codec::encode(meta, command)};
    self->send(desk, handle_atom::value, std::make_shared<const slice>(slice{{r}}));
    run();
    return answer();
  }

  std::optional<step_ptr> answer() {
    std::optional<step_ptr> got;
    self->receive([&](const step_ptr& s) { got = s; }, caf::after(0s) >> [] {});
    return got;
  }

  void commit(std::uint64_t ticket) {
    self->send(desk, committed_atom::value, ticket);
    run();
  }

  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    advance(time);
  }

  static schwab_execution last_of(const step_ptr& s) {
    for (auto r = s->records.rbegin(); r != s->records.rend(); ++r)
      if (r->to.topic == topic::schwab_executions) return codec::decode<schwab_execution>(*r->value)->data;
    ADD_FAILURE() << "no execution";
    return {};
  }

  /// The step in which the desk takes its first lease; its commit sends the order.
  step_ptr lease() {
    start();
    EXPECT_FALSE(hand_over(1));
    const market_session open{true, clock.now() - 1h, clock.now() + 1h};
    test::fake_broker::answer_next(api->sessions, expected<market_session, broker_error>{open});
    run();
    const auto asks = answer();
    EXPECT_TRUE(asks && (*asks)->ticket != 0);
    commit((*asks)->ticket);
    EXPECT_EQ(api->positions.size(), 1U);
    test::fake_broker::answer_next(api->positions, expected<shares, broker_error>{shares{}});
    run();
    EXPECT_EQ(last_of(emitted.back()).state, hedgerow::execution_state::submitting);
    return emitted.back();
  }

  /// The lease of the step that is committed now has ended.
  void expect_not_sent_by(std::uint64_t ticket) {
    commit(ticket);
    EXPECT_TRUE(api->placed.empty());
    EXPECT_EQ(last_of(emitted.back()).code, execution_code::lease_expired);
  }

  machine_clock clock;
  silent notices;
  std::shared_ptr<test::fake_broker> api = std::make_shared<test::fake_broker>();
  /// The step that the desk emits without an input.
  std::vector<step_ptr> emitted;
  entity_actor desk;
};

TEST_F(ExecutionTest, ADeskThatHearsNothingOfTheSessionAnswersLongBeforeItCountsAsHanging) {
  start();
  EXPECT_FALSE(hand_over(1));
  pass(10s);
  ASSERT_LT(10s, bridges::bridge_config{}.handle_timeout / 2);
  const auto refused = answer();
  ASSERT_TRUE(refused);
  EXPECT_EQ(last_of(*refused).state, hedgerow::execution_state::pending);
  EXPECT_EQ(last_of(*refused).code, execution_code::market_closed) << "unknown counts as closed, and is waited for";
  EXPECT_GT(last_of(*refused).retry_at, clock.now());
  EXPECT_TRUE(hand_over(2)) << "the next one does not wait again";
  EXPECT_TRUE(emitted.empty());
  // The answer comes after all: the gateway has it when the desk asks again.
  const market_session open{true, clock.now() - 1h, clock.now() + 1h};
  test::fake_broker::answer_next(api->sessions, expected<market_session, broker_error>{open});
  run();
  pass(5s);
  ASSERT_FALSE(emitted.empty()) << "the desk went on by itself";
  EXPECT_NE(emitted.back()->ticket, 0U) << "with a question for the position";
  EXPECT_TRUE(api->placed.empty());
}

TEST_F(ExecutionTest, AfterALeaseThatEndedBeforeItsCommitNothingIsSentAndTheOrderWaitsForANewOne) {
  const auto leased = lease();
  clock.advance(execution_config{}.rules.lease);
  expect_not_sent_by(leased->ticket);
  const auto event = codec::decode<schwab_execution>(*emitted.back()->records.front().value);
  EXPECT_FALSE(event->meta.causation_id.empty()) << "what the desk does by itself has a cause, too";
}

TEST_F(ExecutionTest, AMachineThatWasFrozenFromOutsideSendsNothingAfterItsLease) {
  const auto leased = lease();
  clock.freeze(execution_config{}.rules.lease);
  expect_not_sent_by(leased->ticket);
}

}  // namespace
}  // namespace hedgerow::execution
