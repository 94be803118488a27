#include "actors/domain/resilience/newest_decision.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

constexpr timestamp noon{1'700'000'000'000'000};

TEST(NewestDecision, WhatIsReadOnceMoreIsNotTaken) {
  std::optional<decision_mark> newest;
  const decision_mark decisions[] = {{3, noon}, {5, noon + std::chrono::seconds{9}}, {8, noon + std::chrono::hours{1}}};
  for (const auto& d : decisions) EXPECT_TRUE(take_newer(newest, d));
  for (const auto& d : decisions) EXPECT_FALSE(take_newer(newest, d));
}

TEST(NewestDecision, AClockThatIsBehindLosesNoDecision) {
  std::optional<decision_mark> newest;
  const decision_mark first{3, noon};
  const decision_mark second{4, noon - std::chrono::minutes{5}};
  EXPECT_TRUE(take_newer(newest, first));
  EXPECT_TRUE(take_newer(newest, second));
  EXPECT_FALSE(take_newer(newest, first)) << "neither is taken once more";
  EXPECT_FALSE(take_newer(newest, second));
}

TEST(NewestDecision, OffsetsThatBeginAnewLoseNoDecision) {
  std::optional<decision_mark> newest = decision_mark{1'000, noon};
  EXPECT_TRUE(take_newer(newest, {0, noon + std::chrono::seconds{1}}));
  EXPECT_TRUE(take_newer(newest, {1, noon})) << "and by a clock that is behind";
}

}  // namespace
}  // namespace hedgerow::domain
