// The call budget: the limit of every window, what is kept for whom, and the pace.
#include "actors/domain/broker/call_budget.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using enum call_class;

constexpr call_class all_classes[] = {placement, evidence, status, rest};
constexpr budget_policy nothing_kept{
    .calls_per_minute = 1, .kept_for_placement = 0, .kept_for_evidence = 0, .kept_for_status = 0};

/// Takes what is allowed until `end`, at once or as soon as it is.
unsigned drain(call_budget& budget, call_class c, monotonic_time now, monotonic_time end) {
  unsigned taken = 0;
  for (; now < end; now = budget.next_allowed(c, now)) {
    EXPECT_EQ(budget.free(c, now) > 0, budget.next_allowed(c, now) == now);
    while (budget.try_take(c, now)) ++taken;
  }
  return taken;
}

TEST(CallBudget, LowerClassesLeaveRoomForHigherOnes) {
  call_budget budget;
  EXPECT_EQ(budget.limit(placement), 120U);
  EXPECT_EQ(budget.limit(evidence), 90U);
  EXPECT_EQ(budget.limit(status), 70U);
  EXPECT_EQ(budget.limit(rest), 50U);
  const auto looks = drain(budget, status, 0s, 59s);
  EXPECT_GE(looks, 69U);
  EXPECT_LE(looks, 70U);
  EXPECT_EQ(drain(budget, evidence, 59s, 60s), 90U - looks);
  EXPECT_EQ(drain(budget, placement, 59s, 60s), 30U);
  EXPECT_EQ(budget.used(60s - 1ns), 120U);
  EXPECT_FALSE(budget.try_take(placement, 60s - 1ns));
  EXPECT_TRUE(budget.try_take(placement, 60s));
}

TEST(CallBudget, WhatAClassHasUsedIsNotKeptForItOnceMore) {
  call_budget budget;
  EXPECT_EQ(drain(budget, placement, 0s, 1s), 120U);
  call_budget fair;
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(fair.try_take(placement, 0s));
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(fair.try_take(evidence, 0s));
  EXPECT_GE(drain(fair, status, 0s, 60s - 1ns), 45U) << "50 calls are made, and 70 are free";
}

TEST(CallBudget, StatusIsNeverKeptWaitingByWhatItHasCalledItself) {
  for (const std::uint32_t calls : {4U, 17U, 40U, 120U, 6000U}) {
    call_budget budget{budget_of({.calls_per_minute = calls})};
    const auto looks = budget.limit(status);
    monotonic_time longest{0};
    for (monotonic_time now{0}; now < 10min;) {
      while (budget.try_take(status, now)) {
      }
      const auto next = budget.next_allowed(status, now);
      longest = std::max(longest, next - now);
      now = next;
    }
    EXPECT_LE(longest, 60'000ms / (looks - looks / 4) + 1ms) << calls;
  }
}

TEST(CallBudget, PlacementsAndEvidenceDoNotWaitForThePaceButStatusPaysForThem) {
  call_budget budget;
  EXPECT_EQ(budget.free(status, 0s), 15U) << "an eighth at once";
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(budget.try_take(placement, 0s));
  EXPECT_EQ(budget.free(status, 0s), 0U);
  // Ninety a minute: sixteen have to be paid for before there is one again.
  EXPECT_EQ(std::chrono::round<milliseconds>(budget.next_allowed(status, 0s)), 10'667ms);
  EXPECT_EQ(budget.next_allowed(evidence, 0s), 0s);
}

TEST(CallBudget, StatusIsNotStarvedByEvidenceThatGoesOn) {
  call_budget budget;
  unsigned looks = 0;
  for (monotonic_time now{0}; now < 10min; now += 600ms) {  // 100 a minute of 120
    std::ignore = budget.try_take(evidence, now);
    if (budget.try_take(status, now)) ++looks;
  }
  EXPECT_GE(looks, 19U) << "two a minute";
}

TEST(CallBudget, EveryClassGetsSomethingEvenFromATinyBudget) {
  const call_budget budget{{.calls_per_minute = 1}};
  EXPECT_EQ(budget.limit(rest), 1U);
}

TEST(CallBudget, A429StopsEverything) {
  call_budget budget;
  budget.throttled(30s);
  budget.throttled(20s);
  EXPECT_FALSE(budget.try_take(placement, 29s));
  EXPECT_EQ(budget.next_allowed(rest, 5s), 30s);
  EXPECT_TRUE(budget.try_take(placement, 30s));
}

TEST(CallBudget, AClockThatGoesBackGivesNothingAway) {
  call_budget budget{nothing_kept};
  EXPECT_TRUE(budget.try_take(placement, 100s));
  EXPECT_FALSE(budget.try_take(placement, 10s));
  EXPECT_EQ(budget.next_allowed(placement, 10s), 160s);
  auto policy = nothing_kept;
  policy.calls_per_minute = 2;
  call_budget two{policy};
  EXPECT_TRUE(two.try_take(placement, 100s));
  EXPECT_TRUE(two.try_take(placement, 10s)) << "counted as a call at 100 s";
  EXPECT_EQ(two.next_allowed(placement, 10s), 160s);
}

TEST(CallBudgetProperty, NeverMoreThanTheBudgetInAnyWindowAndAlwaysWhatIsKept) {
  EXPECT_TRUE(rc::check("sliding window", [] {
    const auto calls = test::draw<std::uint32_t>(1, 60);
    const budget_policy policy{calls, test::draw<std::uint32_t>(0, 40), test::draw<std::uint32_t>(0, 10),
                               test::draw<std::uint32_t>(0, 10)};
    call_budget budget{policy};
    std::vector<std::pair<monotonic_time, call_class>> taken;
    const auto within = [&](monotonic_time now, auto of) {
      return static_cast<std::uint32_t>(std::count_if(
          taken.begin(), taken.end(), [&](const auto& t) { return t.first > now - 60s && of(t.second); }));
    };
    monotonic_time now{0};
    for (int i = test::draw(1, 300); i > 0; --i) {
      now += milliseconds{test::draw(0, 3000)};
      const auto c = *rc::gen::elementOf(std::vector<call_class>(std::begin(all_classes), std::end(all_classes)));
      if (test::draw(0, 6) == 0) now = budget.next_allowed(c, now);
      RC_ASSERT(budget.used(now) == within(now, [](auto) { return true; }));
      const bool allowed = budget.next_allowed(c, now) <= now;
      RC_ASSERT((budget.free(c, now) > 0) == allowed);
      // With any calls of other classes, a window has the calls that are kept for placements.
      const auto placed = within(now, [](auto k) { return k == placement; });
      if (placed < std::min(policy.kept_for_placement, calls - 1)) RC_ASSERT(budget.free(placement, now) > 0);
      RC_ASSERT(budget.try_take(c, now) == allowed);
      if (allowed) taken.emplace_back(now, c);
    }
    for (std::size_t i = calls; i < taken.size(); ++i) RC_ASSERT(taken[i].first - taken[i - calls].first >= 60s);
  }));
}

}  // namespace
}  // namespace hedgerow::domain
