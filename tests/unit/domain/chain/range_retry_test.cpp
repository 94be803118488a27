#include "actors/domain/chain/range_retry.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/domain/chain/backfill_plan.hpp"
#include "actors/domain/chain/reading_watch.hpp"
#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using enum range_failure;

constexpr std::uint64_t most = ~std::uint64_t{0};

retry_decision fail(range_retry& state, range_failure what, std::uint64_t blocks = 100,
                    std::optional<std::chrono::milliseconds> wish = std::nullopt, std::uint64_t random = most) {
  const auto out = after_range_failure(state, what, blocks, wish, retry_policy{}, random);
  state = out.state;
  return out;
}

TEST(RangeRetry, AnUnknownFailureNarrowsWhenItComesAgain) {
  range_retry state;
  EXPECT_FALSE(fail(state, other).narrow);
  EXPECT_TRUE(fail(state, other).narrow);
  EXPECT_TRUE(fail(state, other).narrow);
  EXPECT_FALSE(fail(state, other, 1).narrow) << "nothing is smaller than a block";
}

TEST(RangeRetry, TooWideNarrowsAtOnceWithoutALongerPause) {
  range_retry state;
  for (int i = 0; i < 10; ++i) {
    const auto next = fail(state, too_wide);
    EXPECT_TRUE(next.narrow);
    EXPECT_LE(next.pause, 500ms);
  }
}

TEST(RangeRetry, AThrottleNeverNarrowsAndItsPausesDouble) {
  range_retry state;
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 50; ++i) {
    // The jitter is half of the pause at most.
    const auto next = fail(state, throttled, 1000, std::nullopt, 0);
    EXPECT_FALSE(next.narrow);
    EXPECT_GE(next.pause, longest);
    longest = next.pause;
  }
  EXPECT_EQ(longest, 15s);
}

TEST(RangeRetry, ALimitThatIsNotOverAfterLongPausesIsTakenForOneOfTheWidth) {
  range_retry state;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(fail(state, limited).narrow);
  EXPECT_TRUE(fail(state, limited).narrow);
}

TEST(RangeRetry, TheWishOfTheNodeIsGrantedUpToALimit) {
  range_retry state;
  EXPECT_EQ(fail(state, throttled, 10, 20s).pause, 20s);
  EXPECT_EQ(fail(state, throttled, 10, 24h).pause, 5min);
  EXPECT_GE(fail(state, throttled, 10, 1ms).pause, 500ms) << "a short wish shortens nothing";
}

TEST(RangeRetry, ANodeThatIsNotReadyIsNoReasonForANarrowerRange) {
  range_retry state;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(fail(state, unready).narrow);
}

TEST(RangeRetryProperty, AnyNodeThatAnswersOneBlockIsReadToTheEndWhateverItSaysToWiderRanges) {
  EXPECT_TRUE(rc::check("reading never stands still", [] {
    backfill_policy policy;
    policy.max_batch = test::draw<std::uint64_t>(1, 2000);
    const auto answers = test::draw<std::uint64_t>(1, 60);
    const range_failure words[] = {too_wide, limited, other};
    const auto said = words[test::draw<std::size_t>(0, 2)];
    const std::uint64_t head = 300;
    auto cursor = start_backfill(std::nullopt, policy);
    range_retry state;
    for (int i = 0; i < 3000 && cursor.next <= head; ++i) {
      const auto range = plan_backfill(cursor, policy, head).range;
      if (range.to - range.from + 1 <= answers) {
        cursor = backfill_read(cursor, policy, range, head).value();
        state = {};
        continue;
      }
      const auto next = after_range_failure(state, said, range.to - range.from + 1, std::nullopt, retry_policy{},
                                            test::draw<std::uint64_t>(0, 1000));
      state = next.state;
      RC_ASSERT(next.pause > 0ms && next.pause <= 30s);
      if (next.narrow) cursor = backfill_too_wide(cursor, range).value();
    }
    RC_ASSERT(cursor.next == head + 1);
  }));
}

TEST(ReadingWatch, OnlyTimeWithAConnectionCountsAndComingBackIsNoProgress) {
  reading_watch watch;
  watch.connected(10s);
  EXPECT_EQ(watch.stuck_for(20s), 0s);
  watch.owes(20s);
  watch.owes(30s);
  EXPECT_EQ(watch.stuck_for(50s), 30s);
  watch.disconnected(50s);
  EXPECT_EQ(watch.stuck_for(500s), 30s);
  watch.connected(1000s);
  EXPECT_EQ(watch.stuck_for(1040s), 70s);
  watch.progressed(1040s);
  EXPECT_EQ(watch.stuck_for(1100s), 0s);
  EXPECT_EQ(watch.since_progress(1100s), 60s);
}

TEST(ReadingWatch, CountsHowLongNoWholeRescanSucceeded) {
  reading_watch watch;
  watch.connected(0s);
  EXPECT_EQ(watch.without_rescan(100s), 0s);
  watch.wants_rescan(100s);
  watch.wants_rescan(150s);
  EXPECT_EQ(watch.without_rescan(160s), 60s);
  watch.rescanned(160s);
  EXPECT_EQ(watch.without_rescan(170s), 10s);
}

}  // namespace
}  // namespace hedgerow::domain
