#include "actors/domain/chain/head_watch.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

monotonic_time at(int seconds) { return monotonic_time{0} + std::chrono::seconds{seconds}; }

TEST(HeadWatch, AQuorumThatGoesOnDoesNotStandHoweverFarItIsBehind) {
  head_watch watch;
  for (int s = 0; s < 100; ++s) {
    watch.seen(at(s), static_cast<std::uint64_t>(1'000 + s), static_cast<std::uint64_t>(5 + s));
    EXPECT_EQ(watch.stands_since(), at(s)) << "since its last block";
  }
}

TEST(HeadWatch, AQuorumStandsSinceItsLastBlock) {
  head_watch watch;
  watch.seen(at(0), 5, 5);
  EXPECT_EQ(watch.stands_since(), std::nullopt) << "nobody has a newer one";
  watch.seen(at(3), 6, 5);
  watch.seen(at(4), 7, 5);
  EXPECT_EQ(watch.stands_since(), at(3));
  watch.seen(at(9), 7, 7);
  EXPECT_EQ(watch.stands_since(), std::nullopt);
}

TEST(HeadWatch, WithoutAQuorumNothingStands) {
  head_watch watch;
  watch.seen(at(0), 6, 5);
  watch.seen(at(1), 7, 0);
  EXPECT_EQ(watch.stands_since(), std::nullopt);
  watch.seen(at(2), 7, 5);
  EXPECT_EQ(watch.stands_since(), at(2));
}

}  // namespace
}  // namespace hedgerow::domain
