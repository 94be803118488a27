#include "actors/domain/broker/token_lifecycle.hpp"

#include <gtest/gtest.h>

#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using hedgerow::test::load_vectors;
using hedgerow::test::text_of;

TEST(TokenLifecycle, TimingVectors) {
  const auto vectors = load_vectors("schwab.json");
  const auto& timing = vectors["token_timing"];
  const token_policy policy;
  EXPECT_EQ(std::to_string(policy.access_life.count()), text_of(timing["access_seconds"]));
  EXPECT_EQ(std::to_string(policy.refresh_life.count()), text_of(timing["refresh_seconds"]));
  EXPECT_EQ(std::to_string(policy.refresh_ahead / 1s), text_of(timing["refresh_ahead_seconds"]));
  const auto time = [](const rapidjson::Value& v) { return parse_time(text_of(v)).value(); };
  for (const auto& c : timing["cases"].GetArray()) {
    SCOPED_TRACE(text_of(c["note"]));
    const token_times login = logged_in(policy, time(c["refresh_issued_at"]));
    const token_times times = refreshed(login, policy, time(c["access_fetched_at"]));
    const timestamp now = time(c["now"]);
    EXPECT_EQ(access_valid(times, now), c["access_valid"].GetBool());
    EXPECT_EQ(should_refresh(times, policy, now), c["should_refresh"].GetBool());
    EXPECT_EQ(refresh_valid(times, now), c["refresh_valid"].GetBool());
  }
}

TEST(TokenLifecycle, ARefreshNeverMovesTheSevenDays) {
  const token_policy policy;
  const timestamp login{1'756'468'800'000'000};
  token_times times = logged_in(policy, login);
  timestamp now = login;
  int refreshes = 0;
  while (need_of(times, policy, now) != token_need::login) {
    if (need_of(times, policy, now) == token_need::refresh) {
      times = refreshed(times, policy, now);
      ++refreshes;
      EXPECT_EQ(need_of(times, policy, now), token_need::nothing);
    }
    EXPECT_TRUE(access_valid(times, now));
    EXPECT_EQ(times.refresh_issued_at, login);
    const timestamp next = next_check(times, policy, now);
    ASSERT_GT(next, now);
    ASSERT_LE(next, now + 5min);
    now = next;
  }
  EXPECT_EQ(now, login + 24h * 7);
  EXPECT_EQ(refreshes, 24 * 7 * 60 / 25) << "one every 25 minutes";
}

TEST(TokenLifecycle, WarnsBeforeTheLoginRunsOut) {
  const token_policy policy;
  const timestamp login{1'756'468'800'000'000};
  const token_times times = logged_in(policy, login);
  const timestamp end = login + 24h * 7;
  EXPECT_EQ(warning_at(times, policy, login), token_warning::none);
  EXPECT_EQ(warning_at(times, policy, end - 24h - 1s), token_warning::none);
  EXPECT_EQ(warning_at(times, policy, end - 24h), token_warning::early);
  EXPECT_EQ(warning_at(times, policy, end - 2h - 1s), token_warning::early);
  EXPECT_EQ(warning_at(times, policy, end - 2h), token_warning::late);
  EXPECT_EQ(warning_at(times, policy, end), token_warning::expired);
  EXPECT_EQ(next_check(times, policy, end - 24h - 1s), end - 24h);
  EXPECT_EQ(next_check(times, policy, end - 1s), end);
  EXPECT_EQ(to_string(token_warning::late), "late");
}

TEST(TokenLifecycle, TheAnswersLifeWins) {
  const token_policy policy;
  const timestamp now{1'000'000'000};
  EXPECT_EQ(logged_in(policy, now, 600s).access_expires_at, now + 600s);
  EXPECT_EQ(refreshed(logged_in(policy, now), policy, now, 900s).access_expires_at, now + 900s);
}

TEST(TokenLifecycle, LooksTwiceWithinTheMarginWhateverTheInterval) {
  token_policy policy;
  policy.check_interval = 1h;
  const timestamp now{1'756'468'800'000'000};
  EXPECT_EQ(next_check(logged_in(policy, now), policy, now), now + 150s);
  policy.refresh_ahead = 1s;
  EXPECT_EQ(next_check(logged_in(policy, now), policy, now), now + 1s) << "never less than a second";
}

TEST(TokenLifecycle, ATokenThatLivesShorterThanTheMarginIsRefreshedInTheMiddleOfItsLife) {
  const token_policy policy;
  const timestamp now{1'756'468'800'000'000};
  const auto times = logged_in(policy, now, 60s);
  EXPECT_EQ(refresh_due(times, policy), now + 30s);
  EXPECT_FALSE(should_refresh(times, policy, now + 29s));
  EXPECT_TRUE(should_refresh(times, policy, now + 30s));
}

TEST(TokenLifecycle, ARefusalIsFinalOnlyWhenItIsRepeatedAfterAPause) {
  const token_policy policy;
  const timestamp first{1'756'468'800'000'000};
  EXPECT_FALSE(refusal_is_final(std::nullopt, policy, first));
  EXPECT_FALSE(refusal_is_final(first, policy, first + policy.confirm_refusal - 1s));
  EXPECT_TRUE(refusal_is_final(first, policy, first + policy.confirm_refusal));
}

TEST(TokenLifecycle, ARejectionRightAfterARefreshIsAboutTheTokenBefore) {
  const token_policy policy;
  const timestamp received{1'756'468'800'000'000};
  EXPECT_FALSE(rejection_counts(received, policy, received + policy.rejection_grace - 1s));
  EXPECT_TRUE(rejection_counts(received, policy, received + policy.rejection_grace));
}

TEST(TokenLifecycle, TimesComeFromTheEvent) {
  token_update update;
  update.access_fetched_at = {1};
  update.access_expires_at = {2};
  update.refresh_issued_at = {3};
  update.refresh_expires_at = {4};
  EXPECT_EQ(times_of(update), (token_times{{1}, {2}, {3}, {4}}));
}

}  // namespace
}  // namespace hedgerow::domain
