// The poll schedule: bounds that hold for every random number.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <limits>
#include <vector>

#include "actors/domain/broker/poll_schedule.hpp"

namespace hedgerow::domain {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

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
