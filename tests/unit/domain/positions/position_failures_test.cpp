// What the position book does when executions fail, are refused or held.
#include <gtest/gtest.h>

#include "driven_position.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using test::codes;
using test::driven_position;

TEST(PositionFailures, FailuresBackOffExponentiallyAndFreezeTheSymbol) {
  driven_position book;
  book.policy.freeze_after_failures = 8;
  auto command = book.trade(side::sell, "1").command.value();
  for (const auto wait : {1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 32000ms, 60000ms}) {
    book.execution(test::report(command, execution_state::failed, "0", execution_code::rejected));
    EXPECT_TRUE(book.last.alarms.empty());
    EXPECT_EQ(next_timer(book.state, book.policy), book.now + wait);
    EXPECT_FALSE(apply_timer(book.state, book.policy, book.now + wait - microseconds{1}).command);
    book.now = book.now + wait;
    command = book.take(apply_timer(book.state, book.policy, book.now)).command.value();
    EXPECT_EQ(book.state.retry_at, timestamp{}) << "nothing is due to wait any more";
  }
  book.execution(test::report(command, execution_state::failed, "0", execution_code::rejected));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::too_many_failures});
  EXPECT_TRUE(book.state.frozen);
  EXPECT_FALSE(next_timer(book.state, book.policy));
  EXPECT_FALSE(apply_timer(book.state, book.policy, book.now + 24h).command);
  EXPECT_FALSE(book.trade(side::sell, "7").command);
  EXPECT_EQ(book.state.exposure(), test::qty("-8")) << "frozen books go on recording";

  const auto again = book.take(resume(book.state, book.policy, book.now, "person")).command.value();
  EXPECT_EQ(again.quantity, 8U);
  EXPECT_EQ(book.state.failure_streak, 0U);
  EXPECT_EQ(book.state.cause, "person");
}

TEST(PositionFailures, AFillEndsTheStreak) {
  driven_position book;
  auto command = book.trade(side::sell, "1").command.value();
  book.execution(test::report(command, execution_state::failed, "0", execution_code::rejected));
  EXPECT_EQ(book.state.failure_streak, 1U);
  book.now = *next_timer(book.state, book.policy);
  command = book.take(apply_timer(book.state, book.policy, book.now)).command.value();
  book.execution(test::report(command, execution_state::filled, "1"));
  EXPECT_EQ(book.state.failure_streak, 0U);
}

TEST(PositionFailures, RefusalsThatSayWhenToRetryDoNotCount) {
  for (const auto code :
       {execution_code::market_closed, execution_code::no_token, execution_code::halted, execution_code::risk_limit,
        execution_code::lease_expired, execution_code::throttled, execution_code::not_sent}) {
    driven_position book;
    const auto command = book.trade(side::sell, "1").command.value();
    const timestamp open = book.now + (code == execution_code::market_closed ? 17h : 1h);
    book.execution(test::report(command, execution_state::failed, "0", code, open));
    EXPECT_EQ(book.state.failure_streak, 0U);
    EXPECT_EQ(next_timer(book.state, book.policy), open);
    // Fills meanwhile are netted; one order follows at the open.
    EXPECT_FALSE(book.trade(side::buy, "4.5").command);
    book.now = open;
    const auto netted = book.take(apply_timer(book.state, book.policy, book.now)).command.value();
    EXPECT_EQ(netted.side, side::sell);
    EXPECT_EQ(netted.quantity, 3U);
  }
}

TEST(PositionFailures, NoRetryIsFartherAheadThanItsReasonCanLast) {
  for (const auto code :
       {execution_code::market_closed, execution_code::no_token, execution_code::halted, execution_code::risk_limit,
        execution_code::lease_expired, execution_code::throttled, execution_code::rejected}) {
    driven_position book;
    const auto command = book.trade(side::sell, "1").command.value();
    book.execution(test::report(command, execution_state::failed, "0", code, book.now + 24h * 30));
    EXPECT_EQ(next_timer(book.state, book.policy),
              book.now + (code == execution_code::market_closed ? longest_closed_wait : longest_retry_wait));
  }
}

TEST(PositionFailures, ARetryThatWasComputedWhileTheClockWasAheadIsCorrected) {
  for (const auto ahead : {24h, 12h}) {
    driven_position book;
    const auto command = book.trade(side::sell, "1").command.value();
    const auto right = book.now;
    book.now = right + ahead;
    book.execution(
        test::report(command, execution_state::failed, "0", execution_code::market_closed, book.now + 30min));
    const auto written = book.now;
    EXPECT_EQ(corrected(book.state, written, written, book.policy), book.state) << "nothing is known to be wrong";
    const auto after = corrected(book.state, written, right + 1s, book.policy);
    EXPECT_EQ(after.retry_at, right + 1s + book.policy.failure_backoff_max);
    // Another node's clock may be a little behind, and a market opens when it opens.
    EXPECT_EQ(corrected(book.state, written, written - 30s, book.policy), book.state);
  }
  driven_position fresh;
  EXPECT_EQ(corrected(fresh.state, fresh.now, fresh.now - 5min, fresh.policy), fresh.state);
}

TEST(PositionFailures, ARefusalWithoutATimeWaitsForTheLongestBackOff) {
  driven_position book;
  const auto command = book.trade(side::sell, "1").command.value();
  book.execution(test::report(command, execution_state::failed, "0", execution_code::halted));
  EXPECT_EQ(book.state.failure_streak, 0U);
  EXPECT_EQ(next_timer(book.state, book.policy), book.now + book.policy.failure_backoff_max);
}

TEST(PositionFailures, ARiskLimitWithoutATimeIsAFailure) {
  driven_position book;
  const auto command = book.trade(side::sell, "1").command.value();
  book.execution(test::report(command, execution_state::failed, "0", execution_code::risk_limit));
  EXPECT_EQ(book.state.failure_streak, 1U);
}

TEST(PositionFailures, TheLatestTimeToRetryHolds) {
  driven_position book;
  book.policy.one_in_flight = false;
  const auto first = book.trade(side::sell, "1").command.value();
  const auto second = book.trade(side::sell, "1").command.value();
  book.execution(test::report(first, execution_state::failed, "0", execution_code::market_closed, book.now + 17h));
  book.execution(test::report(second, execution_state::failed, "0", execution_code::halted, book.now + 1min));
  EXPECT_EQ(next_timer(book.state, book.policy), book.now + 17h);
}

TEST(PositionFailures, AFailureWithALaterTimeWaitsForIt) {
  driven_position book;
  const auto command = book.trade(side::sell, "1").command.value();
  book.execution(test::report(command, execution_state::failed, "0", execution_code::rejected, book.now + 90s));
  EXPECT_EQ(book.state.failure_streak, 1U);
  EXPECT_EQ(next_timer(book.state, book.policy), book.now + 90s);
}

TEST(PositionFailures, RefusalsBeforeTheRequestDoNotPushOutAnExecutionThatMayStillFill) {
  for (const auto code :
       {execution_code::market_closed, execution_code::no_token, execution_code::halted, execution_code::risk_limit,
        execution_code::lease_expired, execution_code::not_sent, execution_code::throttled}) {
    driven_position book;
    book.policy.freeze_after_failures = 0;
    const auto late = book.trade(side::sell, "5").command.value();
    book.execution(test::report(late, execution_state::failed, "0", execution_code::absent));
    for (int i = 0; i < 35; ++i) {
      book.now = *next_timer(book.state, book.policy);
      const auto refused = book.take(apply_timer(book.state, book.policy, book.now)).command.value();
      const auto refusal = test::report(refused, execution_state::failed, "0", code, book.now + 30min);
      book.execution(refusal);
      EXPECT_FALSE(book.execution(refusal).changed) << "told twice, it is no news";
    }
    book.execution(test::report(late, execution_state::filled, "5"));
    EXPECT_EQ(book.alarms(), codes{position_alarm_code::late_fill});
    EXPECT_EQ(book.state.hedged, test::qty("5"));
  }
}

TEST(PositionFailures, ARefusalThatHadFilledSomethingIsRemembered) {
  driven_position book;
  const auto command = book.trade(side::sell, "5").command.value();
  book.execution(test::report(command, execution_state::partially_filled, "2"));
  book.execution(test::report(command, execution_state::failed, "2", execution_code::halted, book.now + 1min));
  book.execution(test::report(command, execution_state::filled, "5"));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::late_fill});
  EXPECT_EQ(book.state.hedged, test::qty("5"));
}

TEST(PositionFailures, HeldFreezesAndKeepsTheReservation) {
  driven_position book;
  const auto command = book.trade(side::sell, "2.5").command.value();
  auto held = test::report(command, execution_state::held, "0", execution_code::ambiguous);
  held.detail = "two candidates";
  book.execution(held);
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::held});
  EXPECT_NE(book.last.alarms[0].text.find("two candidates"), std::string::npos);
  EXPECT_TRUE(book.state.frozen);
  EXPECT_EQ(book.state.reserved, test::qty("2"));
  EXPECT_FALSE(book.execution(held).changed);
  book.execution(test::report(command, execution_state::failed, "0", execution_code::absent));
  EXPECT_TRUE(book.state.frozen) << "only a person thaws it";
  EXPECT_EQ(book.take(resume(book.state, book.policy, book.now, "person")).command->quantity, 2U);
}

TEST(PositionFailures, FreezeAndResumeAreIdempotent) {
  driven_position book;
  EXPECT_FALSE(resume(book.state, book.policy, book.now, "p").changed);
  const auto frozen = freeze(book.state, "p");
  EXPECT_TRUE(frozen.changed);
  EXPECT_TRUE(frozen.after.frozen);
  EXPECT_FALSE(freeze(frozen.after, "q").changed);
}

}  // namespace
}  // namespace hedgerow::domain
