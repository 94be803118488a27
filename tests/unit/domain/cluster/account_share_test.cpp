#include "actors/domain/cluster/account_share.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;

TEST(AccountShare, PartsAreNeverMoreThanTheWhole) {
  EXPECT_EQ(equal_share(120, 1), 120U);
  EXPECT_EQ(equal_share(120, 0), 120U);
  EXPECT_EQ(equal_share(120, 7), 17U);
  EXPECT_EQ(equal_share(3, 5), 1U);
  EXPECT_EQ(equal_share(0, 5), 0U);
  EXPECT_TRUE(rc::check("parts fit", [](std::uint16_t total, std::uint8_t callers) {
    if (callers > 0 && callers <= total) RC_ASSERT(equal_share(total, callers) * callers <= total);
  }));
}

TEST(CallerCount, AShareFallsAtOnceAndRisesAWindowLater) {
  caller_count count{60s};
  EXPECT_EQ(count.most(0s), 1U);
  count.set(3, 100s);
  EXPECT_EQ(count.most(100s), 3U);
  count.set(2, 200s);
  EXPECT_EQ(count.most(200s), 3U);
  EXPECT_EQ(count.most(259s), 3U);
  EXPECT_EQ(count.most(260s), 2U);
  count.set(0, 300s);
  EXPECT_EQ(count.most(400s), 1U) << "a node always counts itself";
}

TEST(CallerCount, IsTheMostOfTheWindow) {
  EXPECT_TRUE(rc::check("the most of the window", [] {
    caller_count count{60s};
    std::vector<std::pair<std::uint32_t, std::chrono::nanoseconds>> all{{1U, 0s}};
    std::chrono::nanoseconds now = 1s;
    const auto steps = *rc::gen::inRange(1, 50);
    for (int i = 0; i < steps; ++i) {
      now += *rc::gen::inRange(0, 40) * 1s;
      all.emplace_back(*rc::gen::inRange<std::uint32_t>(1, 6), now);
      count.set(all.back().first, now);
      std::uint32_t most = all.back().first;
      for (std::size_t n = 0; n + 1 < all.size(); ++n)
        if (all[n + 1].second + 60s > now) most = std::max(most, all[n].first);
      RC_ASSERT(count.most(now) == most);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
