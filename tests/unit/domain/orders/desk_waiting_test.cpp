// What waits is placed with a fresh size, or asked for anew.
#include "desk_fixture.hpp"

namespace hedgerow::test {
namespace {

TEST_F(Desk, AttemptsAreBoundedAlsoOverIntentsThatWereAskedForAnew) {
  command(1);
  std::uint64_t n = 1;
  std::uint32_t posts = 0;
  while (posts < 50) {
    answered(unexpected(broker_error{broker_failure::not_sent, 0, "away", milliseconds{0}}), n, state().live->attempts);
    ++posts;
    if (!state().live) break;
    now = *last.wake_at;
    timer();
    if (state().live) continue;
    EXPECT_LT(last.events.back().retry_at, now) << "asked for anew at once";
    command(++n);
  }
  EXPECT_EQ(posts, policy.max_attempts);
  EXPECT_GT(n, 1U);
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_EQ(last.events.back().retry_at, now + policy.backoff_last) << "nothing was sent: a further try costs nothing";
  // After that pause there are as many tries again.
  command(++n);
  answered(unexpected(broker_error{broker_failure::not_sent, 0, "away", milliseconds{0}}), n);
  EXPECT_EQ(phase(), intent_phase::waiting);
}

TEST_F(Desk, ASecond401IsCountedAlsoWhenTheIntentWasAskedForAnew) {
  late_401_is_asked_for_anew();
  command(2);
  answered(unexpected(broker_error{broker_failure::unauthorized, 401, "", milliseconds{0}}), 2);
  EXPECT_EQ(said(), "FAILED no_token");
}

TEST_F(Desk, AnOrderLimitIsWaitedForUntilThereIsAPlaceAndToldOnce) {
  gate.next_order_at = now + seconds{20};
  command(1);
  EXPECT_EQ(said(), "PENDING risk_limit");
  EXPECT_EQ(last.events.back().retry_at, gate.next_order_at);
  EXPECT_EQ(last.wake_at, gate.next_order_at);
  command(2);
  EXPECT_EQ(last.wake_at, now + seconds{20}) << "another input does not make it late";
  now = now + seconds{20};
  timer();
  EXPECT_EQ(last.events.front().code, execution_code::not_sent) << "fills have come meanwhile";
  EXPECT_EQ(said(), "SUBMITTING none");
}

TEST_F(Desk, ATokenIsWaitedForAndWhatItTakesByThenIsAskedForAnew) {
  gate.token_available = false;
  command(1);
  EXPECT_EQ(said(), "PENDING no_token");
  for (int i = 0; i < 30; ++i) {
    now = *last.wake_at;
    timer();
    EXPECT_TRUE(last.events.empty()) << "told once";
    EXPECT_FALSE(last.changed) << "nothing to write";
  }
  EXPECT_LE(now, timestamp{1'700'000'000'000'000} + seconds{30});
  gate.token_available = true;
  now = *last.wake_at;
  timer();
  EXPECT_EQ(said(), "FAILED not_sent") << "the position may be another one by now";
  EXPECT_LT(last.events.back().retry_at, now) << "at once, by the clock of any node";
  EXPECT_NE(last.events.back().retry_at, timestamp{});
  command(2);
  EXPECT_NE(effect<place_order>(), nullptr);
}

TEST_F(Desk, AReasonThatPassesAtOnceDelaysTheOrderOnly) {
  gate.token_available = false;
  command(1);
  gate.token_available = true;
  now = *last.wake_at;
  timer();
  EXPECT_NE(effect<place_order>(), nullptr);
}

TEST_F(Desk, WhatDoesNotComeInTimeGivesTheSharesBack) {
  gate.token_available = false;
  command(1);
  for (int i = 0; i < 200 && state().live; ++i) {
    now = *last.wake_at;
    timer();
  }
  EXPECT_EQ(said(), "FAILED no_token");
  EXPECT_EQ(now, timestamp{1'700'000'000'000'000} + policy.gate.patience);
  EXPECT_GT(last.events.back().retry_at, now);
}

TEST_F(Desk, AWaitAtTheGateSurvivesARecovery) {
  gate.token_available = false;
  command(1);
  now = now + seconds{10};
  recover();
  EXPECT_TRUE(last.events.empty());
  EXPECT_EQ(last.wake_at, now + policy.gate.recheck_passing);
  gate.token_available = true;
  recover();
  EXPECT_EQ(said(), "FAILED not_sent");
}

TEST_F(Desk, ARefusalBeforeTheWriteThatCanPassIsWaitedForAndCountsAsNoTry) {
  command(1);
  for (std::uint32_t attempt = 1; attempt <= policy.max_attempts + 2; ++attempt) {
    last = it->on_gate_refusal(id(1), attempt, {execution_code::lease_expired, now + milliseconds{100}, "over", true},
                               context());
    EXPECT_EQ(said(), "PENDING lease_expired");
    now = *last.wake_at;
    timer();
    ASSERT_NE(effect<place_order>(), nullptr);
    EXPECT_EQ(effect<place_order>()->attempt, attempt + 1);
  }
  failed(broker_failure::not_sent, policy.max_attempts + 3);
  EXPECT_EQ(phase(), intent_phase::waiting);
}

TEST_F(Desk, ManyShortWaitsMakeAnOldIntent) {
  command(1);
  for (std::uint32_t attempt = 1; state().live; ++attempt) {
    ASSERT_LT(attempt, 10U);
    // Another symbol was faster at each place that the order limit gave.
    last =
        it->on_gate_refusal(id(1), attempt, {execution_code::risk_limit, now + seconds{1}, "limit", true}, context());
    EXPECT_EQ(said(), "PENDING risk_limit");
    now = *last.wake_at;
    timer();
  }
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_LE(now, timestamp{1'700'000'000'000'000} + policy.gate.fresh_for + seconds{1});
}

TEST_F(Desk, AnIntentOfARecordWithoutItsBeginningIsAskedForAnew) {
  gate.token_available = false;
  command(1);
  execution_desk old = state();
  old.live->begun_at = {};
  now = now + seconds{3};
  gate.token_available = true;
  it.emplace(old, policy);
  last = it->on_recovery(context());
  EXPECT_EQ(said(), "FAILED not_sent");
}

TEST_F(Desk, ACommandThatNobodyReadForLongIsAskedForAnewOnce) {
  const auto read = [&](std::uint64_t n) {
    last = it->on_command({id(n), side::buy, 5, {}}, now - std::chrono::minutes{10}, context());
  };
  read(1);
  EXPECT_EQ(said(), "FAILED not_sent");
  read(2);
  EXPECT_EQ(said(), "SUBMITTING none") << "clocks that differ by as much do not stop the symbol";
  answered(named("7"), 2);
  last = it->on_order(id(2), *order_id::parse("7"), order("7"), context());
  heard(report(execution_state::filled, 5, "7", 2));
  command(3);
  answered(named("8"), 3);
  last = it->on_order(id(3), *order_id::parse("8"), order("8"), context());
  read(4);
  EXPECT_EQ(said(), "PENDING none") << "it waits behind the order before it, whose end is read after it";
  heard(report(execution_state::filled, 5, "8", 3));
  EXPECT_EQ(said(), "FAILED not_sent");
  EXPECT_EQ(last.events.back().execution, id(4));
}

TEST_F(Desk, TriesOfAnOldWantAreNotThoseOfALaterOne) {
  late_401_is_asked_for_anew();
  now = now + std::chrono::hours{1};
  it->on_timer(context());
  command(2);
  last = it->on_baseline(id(2), now, shares::from_whole(100), context());
  answered(unexpected(broker_error{broker_failure::unauthorized, 401, "", milliseconds{0}}), 2);
  EXPECT_EQ(said(), "PENDING not_sent");
  EXPECT_NE(effect<refresh_token>(), nullptr);
}

TEST_F(Desk, EndlessThrottlingIsNotCalledAFailure) {
  for (std::uint64_t n = 1; n <= 20; ++n) {
    command(n);
    ASSERT_NE(effect<place_order>(), nullptr);
    answered(unexpected(broker_error{broker_failure::throttled, 429, "", seconds{90}}), n);
    EXPECT_EQ(said(), "PENDING not_sent");
    now = *last.wake_at;
    timer();
    EXPECT_EQ(said(), "FAILED throttled");
    EXPECT_NE(last.events.back().retry_at, timestamp{}) << "the symbol's failures are not counted";
  }
}

TEST_F(Desk, ATimeThatWasComputedWhileTheClockWasAheadIsNotWaitedFor) {
  const timestamp right = now;
  now = now + std::chrono::hours{24};
  gate.session->end = now + std::chrono::hours{2};
  command(1);
  failed(broker_failure::not_sent);
  ASSERT_GT(*last.wake_at, right + std::chrono::hours{23});
  now = right + seconds{30};
  timer();
  EXPECT_EQ(said(), "FAILED not_sent") << "nobody knows how long it really waited";
  EXPECT_LT(last.events.back().retry_at, now);
  command(2);
  EXPECT_NE(effect<place_order>(), nullptr);
}

}  // namespace
}  // namespace hedgerow::test
