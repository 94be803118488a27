// The account's order rate, counted by several nodes that see only their own orders.
#include <gtest/gtest.h>

#include "actors/execution/execution_actor.hpp"

namespace hedgerow::execution {
namespace {

using namespace std::chrono_literals;

TEST(RecentPlacements, AloneTheNextPlaceIsFreeWhenTheOldestOrderIsAMinuteOld) {
  recent_placements placements;
  EXPECT_EQ(placements.next_allowed(2, 0s), 0s);
  placements.add(0s);
  placements.add(30s);
  EXPECT_EQ(placements.next_allowed(2, 31s), 60s);
  EXPECT_EQ(placements.next_allowed(3, 31s), 31s);
  EXPECT_EQ(placements.next_allowed(2, 60s), 60s) << "the first one has left the minute";
}

TEST(RecentPlacements, NodesThatSeeOnlyTheirOwnStayWithinTheLimitTogether) {
  constexpr std::uint32_t limit = 60;
  for (std::uint32_t nodes = 1; nodes <= 7; ++nodes) {
    auto share = std::make_shared<broker::account_share>();
    share->set(nodes, 0s);
    std::uint32_t placed = 0;
    for (std::uint32_t n = 0; n < nodes; ++n) {
      recent_placements own{share};
      for (; own.next_allowed(limit, 1s) == 1s; ++placed) own.add(1s);
    }
    EXPECT_LE(placed, limit);
    EXPECT_GT(placed, limit - nodes);
  }
}

TEST(RecentPlacements, WithMoreNodesThanOrdersEachStillPlacesOneAMinute) {
  auto share = std::make_shared<broker::account_share>();
  share->set(61, 0s);
  recent_placements own{share};
  EXPECT_EQ(own.next_allowed(60, 1s), 1s);
  own.add(1s);
  EXPECT_EQ(own.next_allowed(60, 2s), 61s);
}

}  // namespace
}  // namespace hedgerow::execution
