// Back-off, poll schedule and call budget: bounds that hold for every random number.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <vector>

#include "actors/domain/hedging/backoff.hpp"
#include "actors/domain/hedging/call_budget.hpp"
#include "actors/domain/hedging/poll_schedule.hpp"
#include "draw.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheMaximum) {
  EXPECT_EQ(backoff_ceiling(1s, 60s, 0), 0ms);
  EXPECT_EQ(backoff_ceiling(1s, 60s, 1), 1s);
  EXPECT_EQ(backoff_ceiling(1s, 60s, 6), 32s);
  EXPECT_EQ(backoff_ceiling(1s, 60s, 7), 60s);
  EXPECT_EQ(backoff_ceiling(1s, 60s, std::numeric_limits<std::uint32_t>::max()), 60s);
  EXPECT_EQ(backoff_ceiling(90s, 60s, 1), 60s);
  EXPECT_EQ(backoff_ceiling(0ms, 60s, 5), 0ms);
  EXPECT_EQ(backoff_ceiling(milliseconds::max(), milliseconds::max(), 3), milliseconds::max());
}

TEST(Backoff, JitterStaysInTheUpperHalf) {
  EXPECT_EQ(backoff_delay(1s, 60s, 1, 0), 500ms);
  EXPECT_EQ(backoff_delay(1s, 60s, 1, 500), 1000ms);
  EXPECT_TRUE(rc::check("half to all of the ceiling", [](std::uint32_t attempt, std::uint64_t random) {
    const auto ceiling = backoff_ceiling(100ms, 120s, attempt);
    const auto delay = backoff_delay(100ms, 120s, attempt, random);
    RC_ASSERT(delay >= ceiling / 2);
    RC_ASSERT(delay <= ceiling);
  }));
}

TEST(PollSchedule, LooksQuicklyFirstAndThenAtTheBase) {
  poll_state state;
  std::vector<milliseconds> delays;
  for (int i = 0; i < 10; ++i) {
    const auto step = next_look(state, {}, 10'000);  // the middle of [0, 20000]
    delays.push_back(step.delay);
    state = step.state;
  }
  EXPECT_EQ(delays, (std::vector<milliseconds>{250ms, 500ms, 1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s}));
}

TEST(PollSchedule, AnOldOrderHasNoQuickLooks) {
  EXPECT_EQ(next_look(resumed_poll({}), {}, 0).delay, 20s);
  EXPECT_EQ(next_look(resumed_poll({}), {}, 20'000).delay, 40s);
}

TEST(PollSchedule, ErrorsBackOffAndSuccessGoesOnWhereItWas) {
  poll_policy policy;
  poll_state state = next_look({}, policy, 0).state;
  for (const auto ceiling : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 120s, 120s}) {
    const auto step = look_failed(state, policy, std::numeric_limits<std::uint64_t>::max());
    EXPECT_GE(step.delay, milliseconds{ceiling} / 2);
    EXPECT_LE(step.delay, ceiling);
    state = step.state;
  }
  const auto step = next_look(state, policy, 0);
  EXPECT_EQ(step.delay, 500ms);
  EXPECT_EQ(step.state.errors_in_a_row, 0U);
}

TEST(PollSchedule, RetryAfterIsHonoured) {
  EXPECT_EQ(look_failed({}, {}, 0, 45s).delay, 45s);
  EXPECT_EQ(look_failed({}, {}, 500, 1ms).delay, 1s);
}

TEST(PollScheduleProperty, StaysWithinItsBounds) {
  EXPECT_TRUE(rc::check("30 s plus or minus 10 s", [](std::uint32_t looks, std::uint64_t random) {
    const auto step = next_look({looks, 0}, {}, random);
    if (looks >= 7) {
      RC_ASSERT(step.delay >= 20s);
      RC_ASSERT(step.delay <= 40s);
    }
    RC_ASSERT(step.state.looks >= looks);
  }));
}

TEST(CallBudget, LowerClassesLeaveRoomForHigherOnes) {
  call_budget budget;
  EXPECT_EQ(budget.limit(call_class::placement), 120U);
  EXPECT_EQ(budget.limit(call_class::evidence), 90U);
  EXPECT_EQ(budget.limit(call_class::status), 70U);
  EXPECT_EQ(budget.limit(call_class::rest), 50U);
  const auto drain = [&](call_class c) {
    unsigned taken = 0;
    while (budget.try_take(c, 1s)) ++taken;
    return taken;
  };
  EXPECT_EQ(drain(call_class::rest), 50U);
  EXPECT_EQ(drain(call_class::status), 20U);
  EXPECT_EQ(drain(call_class::evidence), 20U);
  EXPECT_EQ(drain(call_class::placement), 30U);
  EXPECT_EQ(budget.used(1s), 120U);
  for (const auto c : {call_class::placement, call_class::evidence, call_class::status, call_class::rest})
    EXPECT_EQ(budget.next_allowed(c, 1s), 61s);
  EXPECT_FALSE(budget.try_take(call_class::placement, 61s - 1ns));
  EXPECT_TRUE(budget.try_take(call_class::placement, 61s));
}

TEST(CallBudget, SaysWhenAClassMayCallAgain) {
  call_budget budget{
      {.calls = 4, .window = 60s, .kept_for_placement = 1, .kept_for_evidence = 1, .kept_for_status = 1}};
  EXPECT_TRUE(budget.try_take(call_class::placement, 0s));
  EXPECT_TRUE(budget.try_take(call_class::placement, 10s));
  EXPECT_EQ(budget.next_allowed(call_class::rest, 11s), 70s) << "both must have left the window";
  EXPECT_EQ(budget.next_allowed(call_class::status, 11s), 60s);
  EXPECT_EQ(budget.next_allowed(call_class::evidence, 11s), 11s);
}

TEST(CallBudget, EveryClassGetsSomethingEvenFromATinyBudget) {
  const call_budget budget{{.calls = 1}};
  EXPECT_EQ(budget.limit(call_class::rest), 1U);
}

TEST(CallBudget, A429StopsEverything) {
  call_budget budget;
  budget.throttled(30s);
  budget.throttled(20s);
  EXPECT_FALSE(budget.try_take(call_class::placement, 29s));
  EXPECT_EQ(budget.next_allowed(call_class::rest, 5s), 30s);
  EXPECT_TRUE(budget.try_take(call_class::placement, 30s));
}

TEST(CallBudget, AClockThatGoesBackGivesNothingAway) {
  call_budget budget{{.calls = 1, .kept_for_placement = 0, .kept_for_evidence = 0, .kept_for_status = 0}};
  EXPECT_TRUE(budget.try_take(call_class::placement, 100s));
  EXPECT_FALSE(budget.try_take(call_class::placement, 10s));
  EXPECT_EQ(budget.next_allowed(call_class::placement, 10s), 160s);
  call_budget two{{.calls = 2, .kept_for_placement = 0, .kept_for_evidence = 0, .kept_for_status = 0}};
  EXPECT_TRUE(two.try_take(call_class::placement, 100s));
  EXPECT_TRUE(two.try_take(call_class::placement, 10s)) << "counted as a call at 100 s";
  EXPECT_EQ(two.next_allowed(call_class::placement, 10s), 160s);
}

TEST(CallBudgetProperty, NeverMoreThanTheBudgetInAnyWindow) {
  EXPECT_TRUE(rc::check("sliding window", [] {
    const auto calls = test::draw<std::uint32_t>(1, 30);
    call_budget budget{{.calls = calls,
                        .kept_for_placement = test::draw<std::uint32_t>(0, 40),
                        .kept_for_evidence = test::draw<std::uint32_t>(0, 10),
                        .kept_for_status = test::draw<std::uint32_t>(0, 10)}};
    std::vector<monotonic_ns> taken;
    monotonic_ns now{0};
    for (int i = test::draw(1, 300); i > 0; --i) {
      now += milliseconds{test::draw(0, 6000)};
      using enum call_class;
      const auto c = *rc::gen::element(placement, evidence, status, rest);
      if (test::draw(0, 6) == 0) now = budget.next_allowed(c, now);
      const auto used = budget.used(now);
      const bool allowed = used < budget.limit(c);
      RC_ASSERT((budget.next_allowed(c, now) <= now) == allowed);
      RC_ASSERT(budget.try_take(c, now) == allowed);
      if (allowed) taken.push_back(now);
    }
    for (std::size_t i = calls; i < taken.size(); ++i) RC_ASSERT(taken[i] - taken[i - calls] >= 60s);
  }));
}

}  // namespace
}  // namespace hedgerow::domain
