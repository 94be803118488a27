// Back-off and poll schedule: bounds that hold for every random number.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <vector>

#include "actors/domain/hedging/backoff.hpp"
#include "actors/domain/hedging/poll_schedule.hpp"

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

}  // namespace
}  // namespace hedgerow::domain
