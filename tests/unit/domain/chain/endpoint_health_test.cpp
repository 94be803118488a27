#include "actors/domain/chain/endpoint_health.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using standing = endpoint_health::standing;

/// The upper end of each pause: of "equal jitter" the random part is largest.
constexpr std::uint64_t longest = 0;

class EndpointHealth : public ::testing::Test {
 protected:
  static endpoint_policy policy() {
    endpoint_policy p;
    p.first_pause = 1s;
    p.longest_pause = 4s;
    p.first_aside = 30s;
    p.longest_aside = 100s;
    return p;
  }
  endpoint_health health{policy()};
  monotonic_time now = 1h;
};

TEST_F(EndpointHealth, OneFailureSaysNothingAndSeveralAvoidIt) {
  health.failed(now, longest);
  health.failed(now, longest);
  EXPECT_EQ(health.at(now), standing::asked);
  health.failed(now, longest);
  EXPECT_EQ(health.at(now), standing::avoided);
  EXPECT_EQ(health.asked_again_at(now), now + 500ms) << "half of the pause is random";
  EXPECT_EQ(health.at(now + 500ms), standing::asked);
  health.failed(now, longest);
  EXPECT_EQ(health.asked_again_at(now), now + 500ms) << "questions that were under way fail together";
  now += 500ms;
  health.failed(now, longest);
  EXPECT_EQ(health.asked_again_at(now), now + 1s) << "each pause is twice the last";
}

TEST_F(EndpointHealth, AnAnswerEndsTheAvoiding) {
  for (int i = 0; i < 5; ++i) health.failed(now, longest);
  health.answered(now, 10ms);
  EXPECT_EQ(health.at(now), standing::asked);
  health.failed(now, longest);
  EXPECT_EQ(health.at(now), standing::asked) << "it counts from the beginning";
}

TEST_F(EndpointHealth, AThrottleIsAPauseOfItsWishWithinReason) {
  health.throttled(now, 20s, longest);
  EXPECT_EQ(health.at(now), standing::throttled);
  EXPECT_EQ(health.asked_again_at(now), now + 20s);
  health.throttled(now, std::nullopt, longest);
  EXPECT_EQ(health.asked_again_at(now), now + 20s) << "a shorter pause does not end a longer one";
  health.answered(now, 10ms);
  EXPECT_EQ(health.at(now), standing::throttled) << "an answer to an earlier question";
  health.throttled(now, 48h, longest);
  EXPECT_EQ(health.asked_again_at(now), now + policy().longest_wish);
}

TEST_F(EndpointHealth, ABurstOfThrottlesIsOnePause) {
  for (int i = 0; i < 16; ++i) health.throttled(now, std::nullopt, longest);
  EXPECT_EQ(health.asked_again_at(now), now + 500ms);
  now += 500ms;
  health.throttled(now, std::nullopt, longest);
  EXPECT_EQ(health.asked_again_at(now), now + 1s);
}

TEST_F(EndpointHealth, ThreeContradictionsWithinTheWindowSetItAside) {
  EXPECT_FALSE(health.contradicted(now, longest));
  EXPECT_FALSE(health.contradicted(now + 10s, longest));
  EXPECT_EQ(health.at(now + 10s), standing::asked) << "they may be of a block that was just replaced";
  now += 60s;
  EXPECT_FALSE(health.contradicted(now, longest)) << "the first is too long ago";
  health.answered(now, 10ms);
  now += 2s;
  EXPECT_TRUE(health.contradicted(now, longest)) << "whatever else it answers";
  EXPECT_EQ(health.at(now), standing::set_aside);
  EXPECT_EQ(health.asked_again_at(now), now + 15s);
}

TEST_F(EndpointHealth, ContradictionsOfOneCauseCountOnce) {
  for (int i = 0; i < 16; ++i) EXPECT_FALSE(health.contradicted(now + i * 100ms, longest));
  now += 2s;
  EXPECT_FALSE(health.contradicted(now, longest));
  EXPECT_TRUE(health.contradicted(now + 2s, longest));
  for (int i = 0; i < 16; ++i) EXPECT_FALSE(health.contradicted(now + 2s, longest)) << "it is aside already";
  EXPECT_EQ(health.asked_again_at(now + 2s), now + 17s);
}

TEST_F(EndpointHealth, OneThatIsTriedAgainInVainIsSetAsideForLonger) {
  for (int i = 0; i < 3; ++i) (void)health.contradicted(now + i * 2s, longest);
  now += 19s;
  EXPECT_EQ(health.at(now), standing::asked) << "it is tried again";
  EXPECT_TRUE(health.contradicted(now, longest)) << "and one more is enough";
  EXPECT_EQ(health.asked_again_at(now), now + 30s);
  for (int i = 0; i < 10; ++i) {
    now = health.asked_again_at(now).value_or(now);
    EXPECT_TRUE(health.contradicted(now, longest));
  }
  EXPECT_EQ(health.asked_again_at(now), now + 50s) << "never for longer";
  now += 50s + 60s;
  EXPECT_FALSE(health.contradicted(now, longest)) << "a whole window has passed without one";
}

TEST_F(EndpointHealth, TheScoreFollowsTheNewestAnswersAndTimeHeals) {
  EXPECT_EQ(health.score(now), 1000U);
  for (int i = 0; i < 100; ++i) health.failed(now, longest);
  const auto worst = health.score(now);
  EXPECT_LT(worst, 20U);
  EXPECT_EQ(health.score(now + 300s), worst + (1000 - worst) / 2);
  EXPECT_EQ(health.score(now + 600s), 1000U);
  for (int i = 0; i < 100; ++i) health.answered(now, 10ms);
  EXPECT_GT(health.score(now), 980U);
}

TEST_F(EndpointHealth, TheLatencyIsTheUsualOne) {
  health.answered(now, 10ms);
  EXPECT_EQ(health.latency(), 10ms);
  health.answered(now, 170ms);
  EXPECT_EQ(health.latency(), 20ms);
}

}  // namespace
}  // namespace hedgerow::domain
