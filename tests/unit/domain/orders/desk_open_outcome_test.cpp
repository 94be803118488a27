// Outcomes that stay open: what a person may decide, and lists that decide nothing.
#include <algorithm>
#include <functional>

#include "actors/domain/orders/order_progress.hpp"
#include "desk_fixture.hpp"

namespace hedgerow::test {
namespace {

class DeskOpenOutcome : public Desk {
 protected:
  void become_unknown() {
    command(1);
    failed(broker_failure::no_answer);
    ASSERT_EQ(phase(), intent_phase::unknown);
  }

  /// An order of the absent intent turns up and works.
  void turn_up_late() {
    become_unknown();
    const auto late = order("7");
    show_absence();
    positioned(100);
    now = *last.wake_at;
    timer();
    listed({late});
    ASSERT_EQ(said(), "SUBMITTED absent");
  }
};

TEST_F(DeskOpenOutcome, APersonCannotAdoptAnOrderThatDoesNotFitAndIsToldInWhat) {
  const auto before = now - policy.clock_skew - seconds{1};
  const std::vector<std::pair<const char*, std::function<void(broker_order&)>>> wrongs{
      {"quantity 6 instead of", [](auto& o) { o.quantity = shares::from_whole(6); }},
      {"quantity 2.5 instead of", [](auto& o) { o.quantity = *shares::parse("2.5"); }},
      {"type", [](auto& o) { o.market_day = false; }},
      {"entered 2023", [&](auto& o) { o.entered_at = before; }},
      {"no time of entry", [](auto& o) { o.entered_at.reset(); }},
      {"side SELL instead of BUY", [](auto& o) { o.side = side::sell; }},
      {"symbol MSFT instead of AAPL", [](auto& o) { o.symbol = *symbol::parse("MSFT"); }}};
  for (const auto& [text, change] : wrongs) {
    desk_fixture d;
    d.command(1);
    d.failed(broker_failure::no_answer);
    d.control(control_action::adopt_order, "8");
    auto wrong = d.order("8");
    change(wrong);
    d.looked_up("8", wrong);
    EXPECT_EQ(d.said(), "UNKNOWN outcome_unknown") << text;
    ASSERT_TRUE(d.alarmed(desk_alarm_code::control_refused)) << text;
    EXPECT_NE(d.last.alarms.back().text.find(text), std::string::npos) << d.last.alarms.back().text;
  }
}

TEST_F(DeskOpenOutcome, AnAdoptedOrderOfFewerSharesEndsWithItsOwnQuantity) {
  become_unknown();
  control(control_action::adopt_order, "8");
  looked_up("8", order("8", side::buy, 2));
  ASSERT_EQ(said(), "SUBMITTED none");
  EXPECT_EQ(last.events.back().quantity, 5U) << "what the execution was asked for";
  EXPECT_EQ(last.events.back().order_quantity, 2U);
  const auto watch = watch_of(last.events.back(), now);
  ASSERT_TRUE(watch);
  auto filled = order("8", side::buy, 2);
  filled.status = order_status::filled;
  filled.filled = filled.priced = shares::from_whole(2);
  const auto step = on_look(*watch, filled, {}, now);
  EXPECT_TRUE(step.finished);
  EXPECT_TRUE(step.alarms.empty());
  ASSERT_TRUE(step.event);
  heard(*step.event);
  EXPECT_FALSE(state().live) << "the symbol goes on";
  EXPECT_EQ(state().filled, shares::from_whole(2));
}

TEST_F(DeskOpenOutcome, APersonEndsAnOrderWhoseEndTheBrokerDoesNotTell) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::partially_filled, 2));
  control(control_action::declare_absent, id(1).to_string());
  EXPECT_EQ(said(), "FAILED cancelled");
  EXPECT_EQ(last.events.back().filled, shares::from_whole(2));
  EXPECT_EQ(last.events.back().order, order_id::parse("7"));
  EXPECT_FALSE(state().live);
  EXPECT_FALSE(state().baseline);
  heard(report(execution_state::filled, 5));
  EXPECT_TRUE(alarmed(desk_alarm_code::late_evidence)) << "what it fills afterwards is booked";
  EXPECT_EQ(state().filled, shares::from_whole(5));
}

TEST_F(DeskOpenOutcome, ADecisionAboutTheOrderBeforeDoesNotCloseTheOneThatWorks) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  for (const auto& about : {std::string{}, id(2).to_string()}) {
    control(control_action::declare_absent, about);
    EXPECT_TRUE(alarmed(desk_alarm_code::control_refused)) << about;
    ASSERT_TRUE(state().live) << about;
    EXPECT_EQ(phase(), intent_phase::working) << about;
  }
}

TEST_F(DeskOpenOutcome, ADecisionThatIsReadOnceMoreIsNotAboutTheNextOrder) {
  const auto decided_at = now;
  const auto once_more = [&](control_action action, const char* order) {
    return control_at({decisions++, decided_at}, action, order);
  };
  now = now + std::chrono::hours{1};
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  once_more(control_action::declare_absent, "");
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused));
  ASSERT_TRUE(state().live) << "the order works, and nobody said otherwise";
  EXPECT_EQ(phase(), intent_phase::working);
}

TEST_F(DeskOpenOutcome, AnOldDecisionDoesNotDecideAnOpenOutcome) {
  const auto decided_at = now;
  now = now + std::chrono::hours{1};
  become_unknown();
  now = now + std::chrono::minutes{2};
  control_at({0, decided_at}, control_action::declare_absent);
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused));
  EXPECT_EQ(phase(), intent_phase::unknown);
  control_at({1, decided_at}, control_action::adopt_order, "8");
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused));
  EXPECT_EQ(phase(), intent_phase::unknown);
}

TEST_F(DeskOpenOutcome, AHistoryOfDecisionsThatIsReadOnceMoreChangesNothing) {
  const decision_mark resumed{7, now};
  const decision_mark halted{9, now + seconds{60}};
  control_at(resumed, control_action::resume);
  control_at(halted, control_action::halt);
  recover();
  for (const auto& again : {resumed, halted, resumed}) {
    control_at(again, control_action::resume);
    EXPECT_FALSE(last.changed);
    EXPECT_TRUE(state().halted);
  }
}

TEST_F(DeskOpenOutcome, AnUnreadableOrderOfAnotherSymbolOrOfAnotherExecutionIsNoObstacle) {
  become_unknown();
  listed_with({symbol::parse("MSFT"), order_id::parse("1"), "filledQuantity is missing"}, {order("7")});
  EXPECT_EQ(said(), "SUBMITTED none");
  heard(report(execution_state::filled, 5));
  command(2);
  answered(unexpected(broker_error{}), 2);
  last = it->on_evidence(
      id(2), now, order_list{{order("8")}, {{symbol::parse("AAPL"), order_id::parse("7"), "is odd"}}}, context());
  EXPECT_EQ(said(), "SUBMITTED none");
}

TEST_F(DeskOpenOutcome, AnUnreadableOrderThatCanBeOursDecidesNothingAndIsHeldForAPerson) {
  for (const auto& of : {symbol::parse("AAPL"), std::optional<symbol>{}}) {
    desk_fixture d;
    d.command(1);
    d.failed(broker_failure::no_answer);
    d.now = d.state().live->not_after + d.policy.http_grace + d.policy.clock_skew;
    d.listed({});
    d.listed({});
    for (std::uint32_t i = 0; i < d.policy.evidence_lists; ++i) {
      ASSERT_EQ(d.phase(), intent_phase::unknown);
      d.now = d.now + d.policy.evidence_spread;
      d.listed_with({of, order_id::parse("9"), "filledQuantity is missing"}, {d.order("7")});
      EXPECT_EQ(d.effect<fetch_position>(), nullptr) << "absence is not shown";
    }
    EXPECT_EQ(d.said(), "HELD ambiguous");
    EXPECT_NE(d.last.events.back().evidence.front().find("order 9"), std::string::npos);
    d.listed({d.order("7")});
    EXPECT_EQ(d.said(), "SUBMITTED none") << "a list that can be read decides";
  }
}

TEST_F(DeskOpenOutcome, AnOutcomeThatStaysOpenIsAlarmedAgainAndAgainWithWhatIsMissing) {
  become_unknown();
  const timestamp begun = now;
  std::vector<timestamp> alarms;
  while (now < begun + std::chrono::hours{1}) {
    last = it->on_evidence(id(1), now, unexpected(broker_error{broker_failure::malformed, 200, "no array", {}}),
                           context());
    now = *last.wake_at;
    timer();
    if (!alarmed(desk_alarm_code::unresolved)) continue;
    alarms.push_back(now);
    EXPECT_NE(last.alarms.back().text.find("no array"), std::string::npos);
  }
  ASSERT_GE(alarms.size(), 10U);
  EXPECT_LE(alarms.front(), begun + policy.unresolved_alarm + std::chrono::minutes{1});
  EXPECT_LE(alarms.size(), 13U);
}

TEST_F(DeskOpenOutcome, AnOrderThatTurnedUpLateIsWaitedForWhileTheMarketIsClosed) {
  ASSERT_NO_FATAL_FAILURE(turn_up_late());
  gate.session->end = now;
  command(2);
  EXPECT_EQ(said(), "PENDING none") << "no refusal each half hour of the night";
  for (int i = 0; i < 20; ++i) {
    now = now + std::chrono::minutes{30};
    timer();
    EXPECT_TRUE(last.events.empty());
  }
  gate.session->end = now + std::chrono::hours{6};
  heard(report(execution_state::filled, 5));
  EXPECT_EQ(state().filled, shares::from_whole(5));
  EXPECT_EQ(said(), "FAILED not_sent") << "it was asked for before these shares were filled";
  command(3);
  ASSERT_NE(effect<fetch_baseline>(), nullptr) << "the next order begins, with a position of this day";
  last = it->on_baseline(id(3), now, shares::from_whole(105), context());
  EXPECT_NE(effect<place_order>(), nullptr);
}

/// A call may wait for its place in the call budget for minutes.
TEST_F(DeskOpenOutcome, AQuestionIsNotAskedAgainBeforeItsAnswer) {
  command(1);
  answered(named("7"));
  ASSERT_NE(effect<verify_order>(), nullptr);
  for (int i = 0; i < 10; ++i) {
    now = *last.wake_at;
    timer();
    EXPECT_EQ(effect<verify_order>(), nullptr);
    EXPECT_EQ(phase(), intent_phase::verifying) << "nothing says that the order cannot be looked at";
  }
  looked_up("7", unexpected(broker_error{broker_failure::no_answer, 0, "", {}}));
  EXPECT_EQ(said(), "UNKNOWN outcome_unknown") << "its time is over";
  ASSERT_NE(effect<list_evidence>(), nullptr);
  for (int i = 0; i < 10; ++i) {
    now = *last.wake_at;
    timer();
    EXPECT_EQ(effect<list_evidence>(), nullptr);
  }
  listed({});
  now = *last.wake_at;
  timer();
  EXPECT_NE(effect<list_evidence>(), nullptr);
}

TEST_F(DeskOpenOutcome, ALookThatWasNotMadeSaysNothingOfTheOrder) {
  command(1);
  answered(named("7"));
  now = now + 2 * policy.verify_window;
  looked_up("7", unexpected(broker_error{broker_failure::throttled, 0, "no place in the call budget", {}}));
  EXPECT_EQ(phase(), intent_phase::verifying);
  now = *last.wake_at;
  timer();
  EXPECT_EQ(phase(), intent_phase::verifying);
  looked_up("7", order("7"));
  EXPECT_EQ(said(), "SUBMITTED none");
}

TEST_F(DeskOpenOutcome, ABrokerThatGoesOnThrottlingIsAskedLessAndLess) {
  std::vector<milliseconds> pauses;
  for (std::uint64_t n = 1; n <= 8; ++n) {
    command(n);
    for (std::uint32_t attempt = 1; state().live; ++attempt) {
      answered(unexpected(broker_error{broker_failure::throttled, 429, "", {}}), n, attempt);
      pauses.push_back(std::chrono::duration_cast<milliseconds>(*last.wake_at - now));
      now = *last.wake_at;
      timer();
    }
  }
  EXPECT_TRUE(std::is_sorted(pauses.begin(), pauses.end()));
  EXPECT_EQ(pauses.back(), policy.backoff_last);
}

TEST_F(DeskOpenOutcome, AnAlarmThatAnOutcomeStaysOpenDoesNotDependOnHowLongListsTake) {
  command(1);
  failed(broker_failure::no_answer);
  const auto begun = now;
  int alarms = 0;
  auto asked_at = now;
  while (now < begun + std::chrono::hours{1}) {
    now = *last.wake_at;
    timer();
    alarms += alarmed(desk_alarm_code::unresolved) ? 1 : 0;
    if (now < asked_at + seconds{110}) continue;
    last = it->on_evidence(id(1), asked_at, unexpected(broker_error{broker_failure::malformed, 200, "no array", {}}),
                           context());
    asked_at = now;
  }
  EXPECT_GE(alarms, 10);
  EXPECT_LE(alarms, 13);
}

TEST_F(DeskOpenOutcome, AnOrderThatWorksLateIsNeverForgotten) {
  ASSERT_NO_FATAL_FAILURE(turn_up_late());
  execution_desk crowded = state();
  while (crowded.ended.size() < 40) crowded.ended.push_back(crowded.ended.front());
  crowded.live.emplace();
  crowded.live->execution = id(2);
  crowded.live->quantity = 5;
  crowded.live->phase = intent_phase::working;
  crowded.live->order = order_id::parse("8");
  it.emplace(crowded, policy);
  heard(report(execution_state::filled, 5, "8", 2));
  EXPECT_EQ(std::count_if(state().ended.begin(), state().ended.end(), [](const auto& e) { return e.late_order; }), 40);
}

}  // namespace
}  // namespace hedgerow::test
