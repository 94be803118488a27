// The account's order rate, counted by several nodes that see only their own orders.
#include <gtest/gtest.h>

#include <fstream>

#include "actors/execution/execution_actor.hpp"
#include "runtime/adapters/system/call_file.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/temporary_directory.hpp"

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

TEST(RecentPlacements, ARestartDoesNotMakeRoomForMoreOrders) {
  const test::temporary_directory folder;
  test::fake_clock clock;
  const auto memory = [&folder] { return *adapters::open_call_file(folder.file("calls"), 2); };
  const auto share = std::make_shared<broker::account_share>();
  for (int life = 0; life < 2; ++life) {
    recent_placements placements{share, memory(), &clock};
    EXPECT_EQ(placements.next_allowed(2, clock.monotonic()), clock.monotonic());
    placements.add(clock.monotonic());
    clock.advance(10s);
  }
  const recent_placements placements{share, memory(), &clock};
  EXPECT_EQ(placements.next_allowed(2, clock.monotonic()), clock.monotonic() + 40s);
  EXPECT_EQ(placements.next_allowed(3, clock.monotonic()), clock.monotonic());
  // A wall clock that was set back must not hide them.
  test::fake_clock set_back{clock.now() - 24h};
  EXPECT_EQ((recent_placements{share, memory(), &set_back}.next_allowed(2, set_back.monotonic())),
            set_back.monotonic() + 60s);
}

TEST(RecentPlacements, TheNewestCallsAreKeptWhateverTheFileHolds) {
  const test::temporary_directory folder;
  for (int life = 0; life < 3; ++life) {
    const auto file = *adapters::open_call_file(folder.file("calls"), 3);
    for (std::int64_t i = 1; i <= 2; ++i) file->add({{life * 10 + i}, ports::sent_kind::evidence});
  }
  using sent = std::vector<ports::sent_call>;
  constexpr auto kind = ports::sent_kind::evidence;
  EXPECT_EQ((*adapters::open_call_file(folder.file("calls"), 3))->recent(),
            (sent{{{12}, kind}, {{21}, kind}, {{22}, kind}}));
  EXPECT_EQ((*adapters::open_call_file(folder.file("calls"), 1))->recent(), (sent{{{22}, kind}}));
  std::ofstream{folder.file("calls")} << "no calls at all";
  EXPECT_TRUE((*adapters::open_call_file(folder.file("calls"), 3))->recent().empty());
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
