// Intent first, one POST, and what each answer to it means.
#include "desk_fixture.hpp"

namespace hedgerow::test {
namespace {

TEST_F(Desk, TheIntentIsRecordedInTheStepThatAsksForThePost) {
  command(1);
  ASSERT_EQ(last.events.size(), 2U);
  EXPECT_EQ(last.events[0].state, execution_state::pending);
  const auto& intent = last.events[1];
  EXPECT_EQ(intent.state, execution_state::submitting);
  EXPECT_EQ(intent.not_after, now + policy.lease);
  EXPECT_EQ(intent.owner_epoch, 1U);
  const auto* place = effect<place_order>();
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->request.quantity, 5U);
  EXPECT_EQ(place->not_after, intent.not_after);
  EXPECT_EQ(phase(), intent_phase::submitting);
  EXPECT_EQ(desk_event_id(state().symbol, last.first_event), "desk:AAPL:0");
}

TEST_F(Desk, DuplicatesAreCountedAndIgnored) {
  command(2);
  for (const std::uint64_t n : {2, 1}) {
    command(n);
    EXPECT_TRUE(last.events.empty() && last.effects.empty());
  }
  EXPECT_EQ(state().duplicates, 2U);
}

TEST_F(Desk, CommandsQueueBehindTheLiveIntent) {
  command(1);
  command(2, side::sell, 3);
  EXPECT_EQ(said(), "PENDING none");
  EXPECT_EQ(effect<place_order>(), nullptr);
  answered(named("7"));
  looked_up("7", order("7"));
  EXPECT_EQ(said(), "SUBMITTED none");
  heard(report(execution_state::filled, 5));
  const auto* place = effect<place_order>();
  ASSERT_NE(place, nullptr);
  EXPECT_EQ(place->execution, id(2));
  EXPECT_EQ(state().live->filled_before, shares::from_whole(5));
}

TEST_F(Desk, WithoutABaselineNothingIsSent) {
  execution_desk fresh;
  fresh.symbol = *symbol::parse("AAPL");
  it.emplace(fresh, policy);
  command(1);
  EXPECT_EQ(effect<place_order>(), nullptr);
  ASSERT_NE(effect<fetch_baseline>(), nullptr);
  last = it->on_baseline(id(1), now, unexpected(broker_error{}), context());
  EXPECT_EQ(effect<place_order>(), nullptr);
  now = *last.wake_at;
  timer();
  ASSERT_NE(effect<fetch_baseline>(), nullptr);
  now = now + policy.gate.fresh_for;
  last = it->on_baseline(id(1), now, shares::from_whole(40), context());
  EXPECT_EQ(state().baseline, shares::from_whole(40));
  EXPECT_EQ(said(), "FAILED not_sent") << "fills have come while the position could not be read";
  command(2);
  EXPECT_NE(effect<place_order>(), nullptr);
}

struct outcome {
  broker_failure kind;
  const char* said;
  bool may_post_again;
};

TEST_F(Desk, EveryFailureOfAPlacement) {
  for (const outcome& o : {outcome{broker_failure::not_sent, "PENDING not_sent", true},
                           outcome{broker_failure::throttled, "PENDING not_sent", true},
                           outcome{broker_failure::unauthorized, "PENDING not_sent", true},
                           outcome{broker_failure::refused, "FAILED broker_refused", false},
                           outcome{broker_failure::not_found, "FAILED broker_refused", false},
                           outcome{broker_failure::server_error, "UNKNOWN outcome_unknown", false},
                           outcome{broker_failure::no_answer, "UNKNOWN outcome_unknown", false},
                           outcome{broker_failure::malformed, "UNKNOWN outcome_unknown", false}}) {
    desk_fixture d;
    d.command(1);
    d.failed(o.kind);
    EXPECT_EQ(d.said(), o.said) << to_string(o.kind);
    EXPECT_EQ(d.effect<place_order>(), nullptr) << to_string(o.kind);
    bool posted = false;
    for (int i = 0; i < 20 && d.last.wake_at && d.state().live; ++i) {
      d.now = *d.last.wake_at;
      d.timer();
      posted = posted || d.effect<place_order>() != nullptr;
    }
    EXPECT_EQ(posted, o.may_post_again) << to_string(o.kind);
    EXPECT_EQ(d.state().live.has_value(), std::string{o.said}.substr(0, 6) != "FAILED") << to_string(o.kind);
  }
}

TEST_F(Desk, ANewAttemptHasANewRecordedLease) {
  command(1);
  const timestamp first = last.events.back().not_after;
  failed(broker_failure::not_sent);
  now = *last.wake_at;
  timer();
  EXPECT_EQ(said(), "SUBMITTING none");
  EXPECT_GT(last.events.back().not_after, first);
  EXPECT_EQ(effect<place_order>()->attempt, 2U);
  // The first attempt's answer, delivered again, says nothing about the second.
  failed(broker_failure::no_answer, 1);
  EXPECT_EQ(phase(), intent_phase::submitting);
}

TEST_F(Desk, ALeaseThatEndsBeforeTheWriteIsNamed) {
  policy.max_attempts = 1;
  it.emplace(execution_desk{state()}, policy);
  command(1);
  now = now + policy.lease;
  failed(broker_failure::not_sent);
  EXPECT_EQ(said(), "FAILED lease_expired");
}

TEST_F(Desk, A401IsFollowedByExactlyOneFreshTry) {
  command(1);
  failed(broker_failure::unauthorized);
  EXPECT_NE(effect<refresh_token>(), nullptr);
  now = *last.wake_at;
  timer();
  ASSERT_NE(effect<place_order>(), nullptr);
  failed(broker_failure::unauthorized, 2);
  EXPECT_EQ(said(), "FAILED no_token");
  EXPECT_EQ(last.events.back().retry_at, now + policy.backoff_last) << "the refresh is a matter of seconds";
}

TEST_F(Desk, ThrottlingHonoursRetryAfter) {
  const auto throttled = [](milliseconds pause) {
    return unexpected(broker_error{broker_failure::throttled, 429, "", pause});
  };
  command(1);
  answered(throttled(seconds{1}));
  EXPECT_EQ(last.wake_at, now + seconds{1});
  now = *last.wake_at;
  timer();
  EXPECT_NE(effect<place_order>(), nullptr);
  answered(throttled(seconds{7}), 1, 2);
  EXPECT_EQ(last.wake_at, now + seconds{7});
  now = *last.wake_at;
  timer();
  EXPECT_EQ(said(), "FAILED throttled") << "the quantity is computed anew";
  EXPECT_LT(last.events.back().retry_at, now);
}

TEST_F(Desk, TheGateRefusesBeforeTheIntentAndBeforeTheWrite) {
  gate.session->end = now;
  command(1);
  EXPECT_EQ(said(), "FAILED market_closed");
  EXPECT_GT(last.events.back().retry_at, now);
  EXPECT_FALSE(state().live);
  gate.session->end = now + seconds{60};
  command(2);
  last = it->on_gate_refusal(id(2), 1, {execution_code::halted, now + seconds{60}, "halted", false}, context());
  EXPECT_EQ(said(), "FAILED halted");
  EXPECT_FALSE(state().live);
}

TEST_F(Desk, TheLeaseEndsBeforeTheSessionDoes) {
  gate.session->end = now + policy.gate.session_margin + seconds{3};
  command(1);
  ASSERT_NE(effect<place_order>(), nullptr);
  EXPECT_EQ(effect<place_order>()->not_after, now + seconds{3});
  EXPECT_EQ(effect<place_order>()->lease, seconds{3}) << "the monotonic deadline, too";
  EXPECT_EQ(state().live->not_after, now + seconds{3});
}

TEST_F(Desk, WhatNeverLeftIsNotRemembered) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::failed, 2));
  control(control_action::halt);
  for (std::uint64_t n = 2; n < 100; ++n) command(n);
  EXPECT_EQ(state().ended.size(), 1U);
  heard(report(execution_state::failed, 3));
  EXPECT_TRUE(alarmed(desk_alarm_code::late_evidence));
}

TEST_F(Desk, AHaltIsDurableAndReleasesCommands) {
  control(control_action::halt);
  recover();
  command(1);
  EXPECT_EQ(said(), "FAILED halted");
  control(control_action::resume);
  command(2);
  EXPECT_EQ(said(), "SUBMITTING none");
}

TEST_F(Desk, TheNamedOrderIsComparedBeforeItIsBelieved) {
  const auto at = now;
  const std::vector<std::pair<const char*, std::function<void(broker_order&)>>> differences{
      {"symbol", [](auto& o) { o.symbol = *symbol::parse("MSFT"); }},
      {"side", [](auto& o) { o.side = side::sell; }},
      {"quantity", [](auto& o) { o.quantity = shares::from_whole(6); }},
      {"type", [](auto& o) { o.market_day = false; }},
      {"too early", [&](auto& o) { o.entered_at = at - desk_policy{}.clock_skew - seconds{1}; }},
      {"too late", [&](auto& o) { o.entered_at = at + desk_policy{}.clock_skew + seconds{1}; }},
      {"no entry time", [](auto& o) { o.entered_at.reset(); }},
      {"another id", [](auto& o) { o.id = *order_id::parse("8"); }}};
  for (const auto& [what, change] : differences) {
    desk_fixture d;
    d.command(1);
    d.answered(named("7"));
    auto wrong = d.order("7");
    change(wrong);
    d.looked_up("7", wrong);
    EXPECT_EQ(d.said(), "UNKNOWN outcome_unknown") << what;
    EXPECT_TRUE(d.alarmed(desk_alarm_code::wrong_order)) << what;
    EXPECT_NE(d.effect<list_evidence>(), nullptr) << what;
  }
}

TEST_F(Desk, AnIdOfAnotherExecutionIsNotBelieved) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::filled, 5));
  command(2);
  answered(named("7"), 2);
  last = it->on_order(id(2), *order_id::parse("7"), order("7"), context());
  EXPECT_EQ(said(), "UNKNOWN outcome_unknown");
}

TEST_F(Desk, TheFirst404sAreNoVerdict) {
  command(1);
  answered(named("7"));
  const broker_answer<broker_order> missing = unexpected(broker_error{broker_failure::not_found, 404, "", {}});
  for (int i = 0; i < 3; ++i) {
    looked_up("7", missing);
    EXPECT_EQ(phase(), intent_phase::verifying);
    now = *last.wake_at;
    timer();
    EXPECT_NE(effect<verify_order>(), nullptr);
  }
  now = now + policy.verify_window;
  looked_up("7", missing);
  EXPECT_EQ(said(), "UNKNOWN outcome_unknown");
}

TEST_F(Desk, AnAnswerThatComesLateStillCounts) {
  command(1);
  now = *last.wake_at;
  timer();
  EXPECT_EQ(said(), "UNKNOWN outcome_unknown");
  answered(named("7"));
  EXPECT_EQ(phase(), intent_phase::verifying);
}

}  // namespace
}  // namespace hedgerow::test
