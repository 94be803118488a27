// Back-off: bounds that hold for every random number.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "actors/domain/resilience/backoff.hpp"

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

}  // namespace
}  // namespace hedgerow::domain
