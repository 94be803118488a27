#include "actors/domain/broker/broker_clock.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr timestamp noon{1'700'000'000'000'000};

TEST(BrokerClock, ClocksThatMayAgreeAreNotCorrected) {
  broker_clock clock;
  EXPECT_EQ(clock.ahead(), seconds{0});
  // Whole seconds: 12:00:00 is shown until 12:00:01.
  clock.heard(noon + milliseconds{900}, noon + milliseconds{950}, noon);
  EXPECT_EQ(clock.ahead(), seconds{0});
  clock.heard(noon + milliseconds{100}, noon + seconds{20}, noon + seconds{15});
  EXPECT_EQ(clock.ahead(), seconds{0}) << "the answer was long on its way";
}

TEST(BrokerClock, EachAnswerNarrowsTheDifference) {
  for (const auto off : {milliseconds{90'300}, milliseconds{-90'300}}) {
    broker_clock clock;
    for (int i = 0; i < 20; ++i) {
      const timestamp sent = noon + milliseconds{i * 1'350};
      const timestamp theirs = sent + milliseconds{40} + off;
      clock.heard(sent, sent + milliseconds{80}, {theirs.us / 1'000'000 * 1'000'000});
      EXPECT_LE(std::chrono::abs(clock.ahead() - off), milliseconds{600});
    }
    EXPECT_LE(std::chrono::abs(clock.ahead() - off), milliseconds{150});
  }
}

TEST(BrokerClock, AClockThatWasSetIsMeasuredAnew) {
  broker_clock clock;
  clock.heard(noon, noon, noon + seconds{90});
  EXPECT_GT(clock.ahead(), seconds{89});
  clock.heard(noon + seconds{90}, noon + seconds{90}, noon + seconds{90});
  EXPECT_EQ(clock.ahead(), seconds{0});
  clock.heard(noon + seconds{95}, noon, noon + seconds{90});
  EXPECT_EQ(clock.ahead(), seconds{0}) << "our clock was set back while the question was under way";
}

}  // namespace
}  // namespace hedgerow::domain
