// The account's order rate, counted by several nodes that see only their own orders.
#include <gtest/gtest.h>

#include "actors/execution/execution_actor.hpp"

namespace hedgerow::execution {
namespace {

using namespace std::chrono_literals;

TEST(RecentPlacements, AloneCountsItsOwnOfTheLastMinute) {
  recent_placements placements;
  EXPECT_EQ(placements.within_a_minute(0s), 0U);
  placements.add(0s);
  placements.add(30s);
  EXPECT_EQ(placements.within_a_minute(60s), 2U);
  EXPECT_EQ(placements.within_a_minute(61s), 1U);
}

TEST(RecentPlacements, NodesThatSeeOnlyTheirOwnStayBelowTheLimitTogether) {
  constexpr std::uint32_t limit = 60;
  for (std::uint32_t nodes = 1; nodes <= 7; ++nodes) {
    auto share = std::make_shared<broker::account_share>();
    share->set(nodes, 0s);
    std::uint32_t placed = 0;
    for (std::uint32_t n = 0; n < nodes; ++n) {
      recent_placements own{share};
      while (own.within_a_minute(1s) < limit) {
        own.add(1s);
        ++placed;
      }
    }
    EXPECT_LE(placed, limit);
    EXPECT_GT(placed, limit - nodes);
  }
}

}  // namespace
}  // namespace hedgerow::execution
