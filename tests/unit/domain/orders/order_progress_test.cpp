// What a look at a pending order means.
#include "actors/domain/orders/order_progress.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

constexpr timestamp start{1'700'000'000'000'000};

pending_order pending() {
  schwab_execution e;
  e.execution = *execution_id::parse("AAPL:1");
  e.quantity = 10;
  e.state = execution_state::submitted;
  e.order = order_id::parse("7");
  return *watch_of(e, start);
}

broker_order look(order_status status, std::int64_t filled, std::int64_t priced = -1) {
  broker_order o;
  o.id = *order_id::parse("7");
  o.symbol = *symbol::parse("AAPL");
  o.quantity = shares::from_whole(10);
  o.status = status;
  o.status_text = "TEXT";
  o.filled = shares::from_whole(filled);
  o.priced = shares::from_whole(priced < 0 ? filled : priced);
  o.filled_notional = usd::from_whole((priced < 0 ? filled : priced) * 200);
  return o;
}

bool alarmed(const progress_step& step, progress_alarm_code code) {
  for (const auto& a : step.alarms)
    if (a.code == code) return true;
  return false;
}

TEST(OrderProgress, OnlyASubmittedEventStartsAWatch) {
  schwab_execution e;
  e.state = execution_state::submitted;
  EXPECT_FALSE(watch_of(e, start)) << "no order";
  e.order = order_id::parse("7");
  EXPECT_TRUE(watch_of(e, start));
  e.state = execution_state::unknown;
  EXPECT_FALSE(watch_of(e, start));
}

TEST(OrderProgress, CumulativeProgressThenFilled) {
  auto step = on_look(pending(), look(order_status::working, 0), {}, start);
  EXPECT_FALSE(step.event);
  step = on_look(step.after, look(order_status::working, 4), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::partially_filled);
  EXPECT_EQ(step.event->filled_notional, usd::from_whole(800));
  const std::string first = progress_event_id(step.after);
  step = on_look(step.after, look(order_status::working, 4), {}, start);
  EXPECT_FALSE(step.event) << "nothing new";
  step = on_look(step.after, look(order_status::working, 3), {}, start);
  EXPECT_FALSE(step.event) << "a smaller report is stale";
  EXPECT_EQ(step.after.filled, shares::from_whole(4));
  step = on_look(step.after, look(order_status::filled, 10), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::filled);
  EXPECT_TRUE(step.finished);
  EXPECT_NE(progress_event_id(step.after), first);
}

TEST(OrderProgress, UnpricedFillsFailClosed) {
  auto step = on_look(pending(), look(order_status::filled, 10, 4), {}, start);
  EXPECT_FALSE(step.event);
  EXPECT_FALSE(step.finished);
  EXPECT_TRUE(alarmed(step, progress_alarm_code::unpriced_fill));
  step = on_look(pending(), look(order_status::cancelled, 4, 0), {}, start);
  EXPECT_FALSE(step.event) << "the end waits for the price of what was filled";
  // An unpriced total that is not larger than what is booked changes nothing, so the end can be believed.
  step = on_look(pending(), look(order_status::working, 4), {}, start);
  step = on_look(step.after, look(order_status::cancelled, 4, 0), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::failed);
  EXPECT_EQ(step.event->filled_notional, usd::from_whole(800));
}

TEST(OrderProgress, FilledWithTooFewSharesIsNotBelieved) {
  const auto step = on_look(pending(), look(order_status::filled, 9), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::partially_filled);
  EXPECT_TRUE(alarmed(step, progress_alarm_code::filled_short));
  EXPECT_FALSE(step.finished);
}

TEST(OrderProgress, OverFillIsRecordedAsWhatHappened) {
  const auto step = on_look(pending(), look(order_status::filled, 12), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->filled, shares::from_whole(12));
  EXPECT_TRUE(alarmed(step, progress_alarm_code::over_fill));
}

TEST(OrderProgress, EndsBookTheFilledPartAndKeepLookingForAWhile) {
  for (const auto& [status, code] : {std::pair{order_status::cancelled, execution_code::cancelled},
                                     std::pair{order_status::rejected, execution_code::rejected},
                                     std::pair{order_status::expired, execution_code::expired}}) {
    auto step = on_look(pending(), look(status, 3), {}, start);
    ASSERT_TRUE(step.event);
    EXPECT_EQ(step.event->state, execution_state::failed);
    EXPECT_EQ(step.event->code, code);
    EXPECT_EQ(step.event->filled, shares::from_whole(3));
    EXPECT_FALSE(step.finished);
    // A fill that crossed the cancel.
    step = on_look(step.after, look(status, 5), {}, start + std::chrono::seconds{10});
    ASSERT_TRUE(step.event);
    EXPECT_EQ(step.event->state, execution_state::failed);
    EXPECT_EQ(step.event->filled, shares::from_whole(5));
    EXPECT_TRUE(alarmed(step, progress_alarm_code::late_fill));
    const progress_policy policy;
    int looks = 1;
    for (timestamp now = start; !step.finished && looks < 100; ++looks, now = now + std::chrono::seconds{30})
      step = on_look(step.after, look(status, 5), policy, now);
    EXPECT_GE(looks, static_cast<int>(policy.late_looks));
    EXPECT_LT(looks, 20);
    EXPECT_FALSE(step.event);
  }
}

TEST(OrderProgress, ACancelAfterTheLastFillIsFilled) {
  const auto step = on_look(pending(), look(order_status::cancelled, 10), {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::filled);
  EXPECT_EQ(step.event->code, execution_code::none);
}

TEST(OrderProgress, UnknownStatusesAreNeverTerminalButCounted) {
  auto odd = look(order_status::filled, 4);
  odd.status_known = false;
  auto step = on_look(pending(), odd, {}, start);
  ASSERT_TRUE(step.event);
  EXPECT_EQ(step.event->state, execution_state::partially_filled) << "priced fills are true whatever the status";
  EXPECT_TRUE(alarmed(step, progress_alarm_code::unknown_status));
  step = on_look(step.after, odd, {}, start);
  EXPECT_TRUE(step.alarms.empty()) << "not every time";
  EXPECT_EQ(step.after.unknown_statuses, 2U);
}

TEST(OrderProgress, NonsenseIsRejected) {
  auto other = look(order_status::filled, 10);
  other.id = *order_id::parse("8");
  EXPECT_TRUE(alarmed(on_look(pending(), other, {}, start), progress_alarm_code::wrong_order));
  auto negative = look(order_status::working, -3, -3);
  const auto step = on_look(pending(), negative, {}, start);
  EXPECT_TRUE(alarmed(step, progress_alarm_code::impossible));
  EXPECT_FALSE(step.event);
}

TEST(OrderProgress, NoFailedLookEndsAnOrder) {
  progress_step step;
  step.after = pending();
  int alarms = 0;
  for (int i = 0; i < 100; ++i) {
    step = on_look_failed(step.after, {broker_failure::not_found, 404, "", {}}, {}, start + std::chrono::hours{i});
    EXPECT_FALSE(step.event || step.finished);
    alarms += static_cast<int>(step.alarms.size());
  }
  EXPECT_EQ(alarms, 10);
  EXPECT_EQ(step.after.errors, 100U);
  EXPECT_EQ(on_look_failed(step.after, {broker_failure::throttled, 429, "", {}}, {}, start).after.errors, 100U);
  EXPECT_EQ(on_look(step.after, look(order_status::working, 0), {}, start).after.errors, 0U);
}

}  // namespace
}  // namespace hedgerow::domain
