// Unknown outcomes: every kind of evidence, what it decides, and what only a person can.
#include "desk_fixture.hpp"

namespace hedgerow::test {
namespace {

class DeskEvidence : public Desk {
 protected:
  void become_unknown() {
    command(1);
    failed(broker_failure::no_answer);
    ASSERT_EQ(phase(), intent_phase::unknown);
  }
};

TEST_F(DeskEvidence, OneCandidateIsAdopted) {
  become_unknown();
  listed({order("8", side::sell), order("9", side::buy, 4), order("7")});
  EXPECT_EQ(said(), "SUBMITTED none");
  EXPECT_EQ(last.events.back().order, order_id::parse("7"));
  EXPECT_FALSE(last.events.back().evidence.empty());
  EXPECT_EQ(phase(), intent_phase::working);
}

TEST_F(DeskEvidence, AdoptionMayHappenAtOnceAfterARecovery) {
  command(1);
  recover();
  EXPECT_EQ(said(), "UNKNOWN outcome_unknown");
  EXPECT_EQ(effect<place_order>(), nullptr);
  listed({order("7")});
  EXPECT_EQ(said(), "SUBMITTED none");
}

TEST_F(DeskEvidence, AbsenceIsNotConcludedWhileTheFormerOwnersPostCanBeUnderWay) {
  command(1);
  const timestamp quiet = state().live->not_after + policy.http_grace + policy.clock_skew;
  recover();
  for (; now < quiet; now = now + seconds{1}) {
    listed({});
    EXPECT_EQ(state().live->empty_lists, 0U);
    positioned(100);
    ASSERT_EQ(phase(), intent_phase::unknown);
  }
  show_absence();
  positioned(100);
  EXPECT_EQ(said(), "FAILED absent");
}

TEST_F(DeskEvidence, AbsenceNeedsListsSpreadOverTimeAndThePosition) {
  become_unknown();
  now = state().live->not_after + policy.http_grace + policy.clock_skew;
  for (int i = 0; i < 10; ++i) listed({});
  EXPECT_EQ(effect<fetch_position>(), nullptr) << "the same moment ten times is one list";
  now = now + policy.evidence_spread;
  listed({});
  EXPECT_EQ(effect<fetch_position>(), nullptr) << "two lists are too few";
  now = now + seconds{1};
  listed({});
  ASSERT_NE(effect<fetch_position>(), nullptr);
  positioned(100);
  EXPECT_EQ(said(), "FAILED absent");
  EXPECT_EQ(last.events.back().evidence.size(), 2U);
  EXPECT_TRUE(alarmed(desk_alarm_code::absent));
  command(2);
  EXPECT_NE(effect<place_order>(), nullptr) << "a fresh intent may follow";
}

TEST_F(DeskEvidence, APositionThatMovedWithoutAnOrderIsHeldButNotAtOnce) {
  become_unknown();
  show_absence();
  positioned(105);
  EXPECT_EQ(phase(), intent_phase::unknown);
  show_absence();
  positioned(105);
  EXPECT_EQ(said(), "HELD ambiguous");
  EXPECT_TRUE(alarmed(desk_alarm_code::held));
  command(2);
  EXPECT_EQ(effect<place_order>(), nullptr) << "the symbol is frozen";
  // Evidence may still decide it.
  listed({order("7")});
  EXPECT_EQ(said(), "SUBMITTED none");
  EXPECT_TRUE(alarmed(desk_alarm_code::released));
}

TEST_F(DeskEvidence, FillsOfOurOwnDoNotCountAsMovement) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::filled, 5));
  command(2, side::sell, 2);
  answered(unexpected(broker_error{}), 2);
  now = state().live->not_after + policy.http_grace + policy.clock_skew;
  for (int i = 0; i < 3; ++i, now = now + policy.evidence_spread) listed({}, 2);
  last = it->on_position(id(2), now, shares::from_whole(105), context());
  EXPECT_EQ(said(), "FAILED absent");
}

TEST_F(DeskEvidence, SeveralCandidatesAreHeldUnlessTimeTellsThemApart) {
  become_unknown();
  listed({order("7"), order("8")});
  EXPECT_EQ(said(), "HELD ambiguous");
  EXPECT_EQ(last.events.back().evidence.size(), 3U);

  desk_fixture d;
  d.command(1);
  d.failed(broker_failure::no_answer);
  auto other = d.order("8");
  d.now = d.now + std::chrono::minutes{2};
  other.entered_at = d.now;
  d.listed({other, d.order("7")});
  EXPECT_EQ(d.said(), "SUBMITTED none");
  EXPECT_EQ(d.state().live->order, order_id::parse("7")) << "only one was entered while our request could be under way";
}

TEST_F(DeskEvidence, ClaimedOrdersAreNoCandidates) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::filled, 5));
  command(2);
  answered(unexpected(broker_error{}), 2);
  listed({order("7")}, 2);
  EXPECT_EQ(phase(), intent_phase::unknown);
  listed({order("7"), order("8")}, 2);
  EXPECT_EQ(state().live->order, order_id::parse("8"));
}

TEST_F(DeskEvidence, APersonAdoptsAfterALookAtTheOrder) {
  become_unknown();
  listed({order("7"), order("8")});
  control(control_action::adopt_order, "8");
  ASSERT_NE(effect<verify_order>(), nullptr);
  looked_up("8", order("8"));
  EXPECT_EQ(said(), "SUBMITTED none");
  EXPECT_EQ(last.events.back().order, order_id::parse("8"));
}

TEST_F(DeskEvidence, APersonsMistakesAreRefused) {
  for (const char* bad : {"8", "", "abc"}) {
    control(control_action::adopt_order, bad);
    EXPECT_TRUE(alarmed(desk_alarm_code::control_refused)) << bad;
  }
  control(control_action::declare_absent);
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused)) << "nothing is open";
  become_unknown();
  control(control_action::declare_absent);
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused)) << "the request may still be under way";
  control(control_action::adopt_order, "8");
  looked_up("8", order("8", side::sell));
  EXPECT_TRUE(alarmed(desk_alarm_code::control_refused)) << "another side";
  EXPECT_EQ(phase(), intent_phase::unknown);
}

TEST_F(DeskEvidence, APersonDeclaresAbsent) {
  become_unknown();
  listed({order("7"), order("8")});
  now = now + std::chrono::minutes{2};
  control(control_action::declare_absent);
  EXPECT_EQ(said(), "FAILED absent");
  EXPECT_FALSE(state().baseline) << "what the position means now has to be found out again";
}

TEST_F(DeskEvidence, AnOrderThatTurnsUpAfterAbsentIsClaimedAndAlarmed) {
  become_unknown();
  auto late = order("7");
  show_absence();
  positioned(100);
  ASSERT_EQ(said(), "FAILED absent");
  now = *last.wake_at;
  timer();
  const auto* ask = effect<list_evidence>();
  ASSERT_NE(ask, nullptr);
  EXPECT_LE(ask->from, *late.entered_at);
  listed({late});
  EXPECT_EQ(said(), "SUBMITTED absent");
  EXPECT_TRUE(alarmed(desk_alarm_code::late_evidence));
  // It is the one live order of the symbol until it ends.
  command(2);
  EXPECT_EQ(effect<place_order>(), nullptr);
  heard(report(execution_state::partially_filled, 2));
  EXPECT_EQ(said(), "FAILED not_sent") << "the second was asked for the shares that the first has hedged after all";
  command(3, side::buy, 3);
  EXPECT_EQ(effect<place_order>(), nullptr) << "the rest of the first still works";
  heard(report(execution_state::filled, 5));
  EXPECT_EQ(state().filled, shares::from_whole(5));
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_EQ(last.events.back().execution, id(3));
  command(4);
  EXPECT_NE(effect<place_order>(), nullptr);
}

TEST_F(DeskEvidence, AFillThatComesLateIsNotHedgedOnceMoreByWhatWaits) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::failed, 2));
  gate.token_available = false;
  command(2, side::buy, 3);
  EXPECT_EQ(said(), "PENDING no_token");
  heard(report(execution_state::filled, 5));
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_NE(last.events.back().retry_at, timestamp{}) << "no failure of the symbol";
  EXPECT_FALSE(state().live);
}

TEST_F(DeskEvidence, AFillThatComesLateWhileAPostIsUnderWayCountsWhenItTurnsOutNotToHaveLeft) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::failed, 2));
  command(2, side::buy, 3);
  ASSERT_EQ(phase(), intent_phase::submitting);
  heard(report(execution_state::filled, 5));
  EXPECT_EQ(phase(), intent_phase::submitting) << "whether it left is not known yet";
  answered(unexpected(broker_error{broker_failure::not_sent, 0, "no connection", milliseconds{0}}), 2);
  recover();
  now = *last.wake_at;
  timer();
  if (const auto* ask = effect<fetch_baseline>())
    last = it->on_baseline(ask->execution, now, shares::from_whole(105), context());
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_EQ(last.events.back().execution, id(2));
}

TEST_F(DeskEvidence, AnOrderOfALaterIntentIsNotTakenForAnEndedOnesHoweverManyCameSince) {
  become_unknown();
  show_absence();
  positioned(100);
  ASSERT_EQ(said(), "FAILED absent");
  std::optional<broker_order> first;
  constexpr std::uint64_t many = 600;
  for (std::uint64_t n = 2; n < many; ++n) {
    const std::string number = std::to_string(1000 + n);
    command(n);
    const auto placed = order(number);
    if (!first) first = placed;
    answered(named(number), n);
    last = it->on_order(id(n), placed.id, placed, context());
    ASSERT_EQ(said(), "SUBMITTED none") << n;
    heard(report(execution_state::filled, 5, number, n));
  }
  now = now + std::chrono::minutes{5};
  listed({*first}, many - 1);
  EXPECT_FALSE(alarmed(desk_alarm_code::late_evidence));
}

TEST_F(DeskEvidence, ClaimsAreForgottenWhenNoAbsentIntentIsWatchedForAnyMore) {
  become_unknown();
  show_absence();
  positioned(100);
  ASSERT_EQ(said(), "FAILED absent");
  const auto trade = [&](std::uint64_t n) {
    const std::string number = std::to_string(1000 + n);
    command(n);
    answered(named(number), n);
    last = it->on_order(id(n), *order_id::parse(number), order(number), context());
    heard(report(execution_state::filled, 5, number, n));
  };
  for (std::uint64_t n = 2; n < 300; ++n) trade(n);
  EXPECT_EQ(state().claimed.size(), 298U);
  now = now + std::chrono::hours{1};
  timer();
  trade(300);
  EXPECT_EQ(state().claimed.size(), 128U);
  EXPECT_EQ(state().claimed.back(), *order_id::parse("1300"));
}

TEST_F(DeskEvidence, AnOrderThatTheLiveIntentMayOwnIsNotGivenToAnEndedOne) {
  become_unknown();
  show_absence();
  positioned(100);
  ASSERT_EQ(said(), "FAILED absent");
  command(2);
  const auto fresh = order("7");
  listed({fresh}, 1);
  EXPECT_FALSE(alarmed(desk_alarm_code::late_evidence)) << "the answer to the POST is still to come";
  answered(named("7"), 2);
  last = it->on_order(id(2), *order_id::parse("7"), fresh, context());
  EXPECT_EQ(said(), "SUBMITTED none");
  EXPECT_EQ(last.events.back().execution, id(2));
  listed({fresh, order("8")}, 1);
  EXPECT_EQ(said(), "SUBMITTED absent") << "a second one is the ended intent's";
}

TEST_F(DeskEvidence, ALateFillAfterFailedIsBooked) {
  command(1);
  answered(named("7"));
  looked_up("7", order("7"));
  heard(report(execution_state::failed, 2));
  EXPECT_EQ(state().filled, shares::from_whole(2));
  EXPECT_FALSE(state().live);
  heard(report(execution_state::failed, 3));
  EXPECT_TRUE(alarmed(desk_alarm_code::late_evidence));
  EXPECT_EQ(state().filled, shares::from_whole(3));
  heard(report(execution_state::failed, 2));
  EXPECT_EQ(state().filled, shares::from_whole(3)) << "a smaller report is stale";
}

TEST_F(DeskEvidence, WhatDoesNotFitIsIgnored) {
  become_unknown();
  const execution_desk before = state();
  listed({order("7")}, 99);
  EXPECT_EQ(phase(), intent_phase::unknown);
  auto wrong_side = report(execution_state::filled, 5);
  wrong_side.side = side::sell;
  heard(wrong_side);
  EXPECT_TRUE(alarmed(desk_alarm_code::bad_record));
  looked_up("7", order("7"));
  positioned(100);
  EXPECT_EQ(state(), before);
}

TEST_F(DeskEvidence, EveryPhaseSurvivesARecoveryWithoutASecondPost) {
  const std::vector<std::pair<intent_phase, std::function<void(desk_fixture&)>>> ways{
      {intent_phase::unknown, [](auto&) {}},
      {intent_phase::verifying, [](auto& d) { d.answered(named("7")); }},
      {intent_phase::unknown, [](auto& d) { d.failed(broker_failure::server_error); }},
      {intent_phase::held,
       [](auto& d) {
         d.failed(broker_failure::server_error);
         d.listed({d.order("7"), d.order("8")});
       }},
      {intent_phase::working, [](auto& d) {
         d.answered(named("7"));
         d.looked_up("7", d.order("7"));
       }}};
  for (const auto& [expected_phase, go] : ways) {
    desk_fixture d;
    d.command(1);
    go(d);
    d.recover();
    EXPECT_EQ(d.phase(), expected_phase) << to_string(expected_phase);
    EXPECT_EQ(d.effect<place_order>(), nullptr) << to_string(expected_phase);
  }
}

}  // namespace
}  // namespace hedgerow::test
