// Placing, looking, listing, holding: what a broker answers while all is well.
#include <algorithm>

#include "tests/contract/broker_api/broker_api_contract.hpp"

namespace hedgerow::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

bool is_over(const broker_order& order) { return order.status != order_status::working; }

bool has(const std::vector<broker_order>& orders, const order_id& id) {
  return std::any_of(orders.begin(), orders.end(), [&](const auto& o) { return o.id == id; });
}

TEST_P(BrokerApiContract, AnOrderIsPlacedFilledListedAndHeld) {
  const auto before = subject_->clock().now();
  const auto id = must_place(side::buy, 7);
  const auto order = seen_when(id, [](const auto& o) { return is_over(o) && o.priced == o.filled; });
  EXPECT_EQ(order.status, order_status::filled);
  EXPECT_TRUE(order.status_known);
  EXPECT_FALSE(order.status_text.empty());
  EXPECT_TRUE(order.market_day);
  EXPECT_EQ(order.id, id);
  EXPECT_EQ(order.symbol, aapl_);
  EXPECT_EQ(order.side, side::buy);
  EXPECT_EQ(order.quantity, shares::from_whole(7));
  EXPECT_EQ(order.filled, shares::from_whole(7));
  EXPECT_EQ(order.filled_notional.sign(), 1);
  ASSERT_TRUE(order.entered_at && order.last_fill_at && order.closed_at);
  // A broker may tell times in whole seconds.
  EXPECT_LE(before.us, (*order.entered_at + seconds{1}).us);
  EXPECT_LE(order.entered_at->us, (*order.last_fill_at + seconds{1}).us);
  EXPECT_LE(order.last_fill_at->us, (*order.closed_at + seconds{1}).us);
  const auto listed = all_orders();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.front().id, id);
  EXPECT_EQ(listed.front().filled, order.filled);
  EXPECT_EQ(position(aapl_)->to_string(), "107");
}

TEST_P(BrokerApiContract, APositionIsSignedAndZeroWithoutAnEntry) {
  EXPECT_EQ(position(aapl_)->to_string(), "100");
  EXPECT_EQ(position(*symbol::parse("MSFT"))->to_string(), "-3");
  EXPECT_EQ(position(*symbol::parse("TSLA"))->to_string(), "0");
  const auto id = must_place(side::sell, 4);
  EXPECT_EQ(seen_when(id, is_over).side, side::sell);
  EXPECT_EQ(position(aapl_)->to_string(), "96");
  EXPECT_EQ(position(*symbol::parse("MSFT"))->to_string(), "-3");
}

TEST_P(BrokerApiContract, AnOrderThatIsPartlyFilledWorks) {
  if (!can_.fates.contains(fate::half_fills_and_works)) GTEST_SKIP() << "by design: no order is filled in parts";
  subject_->decide(fate::half_fills_and_works);
  const auto id = must_place(side::buy, 10);
  const auto order = seen_when(id, [](const auto& o) { return o.priced == shares::from_whole(5); });
  EXPECT_EQ(order.status, order_status::working);
  EXPECT_EQ(order.filled, shares::from_whole(5));
  EXPECT_EQ(order.quantity, shares::from_whole(10));
  EXPECT_TRUE(order.last_fill_at);
  EXPECT_FALSE(order.closed_at);
  EXPECT_TRUE(has(all_orders(), id)) << "a working order is listed";
}

TEST_P(BrokerApiContract, EveryEndOfAnOrderIsTold) {
  const std::pair<fate, order_status> ends[] = {{fate::is_rejected, order_status::rejected},
                                                {fate::expires, order_status::expired},
                                                {fate::half_fills_and_is_cancelled, order_status::cancelled}};
  int seen = 0;
  for (const auto& [next, status] : ends) {
    if (!can_.fates.contains(next)) continue;
    ++seen;
    subject_->decide(next);
    const auto id = must_place(side::buy, 10);
    const auto order = seen_when(id, [](const auto& o) { return is_over(o) && o.priced == o.filled; });
    EXPECT_EQ(order.status, status);
    EXPECT_TRUE(order.closed_at) << order.status_text;
    EXPECT_EQ(order.filled, shares::from_whole(status == order_status::cancelled ? 5 : 0)) << order.status_text;
    EXPECT_EQ(order.description.empty(), status != order_status::rejected) << order.description;
    EXPECT_TRUE(has(all_orders(), id)) << "an order is listed whatever its state";
  }
  if (seen == 0) GTEST_SKIP() << "by design: every order of the subject's fills";
}

TEST_P(BrokerApiContract, WhatIsPricedIsNeverMoreThanWhatIsFilled) {
  if (can_.fates.contains(fate::half_fills_and_is_cancelled)) subject_->decide(fate::half_fills_and_is_cancelled);
  const auto id = must_place(side::buy, 10);
  shares filled;
  const auto order = seen_when(id, [&](const auto& o) {
    EXPECT_LE(o.priced, o.filled);
    EXPECT_LE(o.filled, o.quantity);
    EXPECT_LE(filled, o.filled) << "fills are not taken back";
    EXPECT_EQ(o.priced.sign() > 0, o.filled_notional.sign() > 0);
    filled = o.filled;
    return is_over(o) && o.priced == o.filled;
  });
  EXPECT_EQ(order.id, id);
}

TEST_P(BrokerApiContract, AnOrderThatNobodyPlacedIsNotFound) {
  for (const char* text : {"999999999999", "not-of-this-broker"}) {
    const auto order = get(*order_id::parse(text));
    ASSERT_FALSE(order) << text;
    EXPECT_EQ(order.error().kind, broker_failure::not_found) << text << ": " << order.error().detail;
  }
}

TEST_P(BrokerApiContract, AListHasWhatWasEnteredInItsWindow) {
  const auto id = must_place(side::buy, 1);
  const auto at = *seen_when(id, [](const auto& o) { return o.entered_at.has_value(); }).entered_at;
  const auto found_in = [&](timestamp from, timestamp to) {
    const auto listed = list(from, to);
    EXPECT_TRUE(listed) << listed.error().detail;
    return listed && has(listed->orders, id);
  };
  EXPECT_TRUE(found_in(at, at + hours{1}));
  // The time that is told may be cut to the second; the broker knows the order's true one.
  EXPECT_TRUE(found_in(at - hours{1}, at + seconds{1}));
  EXPECT_FALSE(found_in(at + seconds{2}, at + hours{1}));
  EXPECT_FALSE(found_in(at - hours{1}, at - seconds{2}));
}

/// Nothing makes two placements one: no id of the client's goes with them.
TEST_P(BrokerApiContract, TheSamePlacementTwiceIsTwoOrders) {
  const auto first = must_place(side::buy, 2);
  const auto second = must_place(side::buy, 2);
  EXPECT_NE(first, second);
  EXPECT_EQ(all_orders().size(), 2U);
  seen_when(first, is_over);
  seen_when(second, is_over);
  EXPECT_EQ(position(aapl_)->to_string(), "104");
}

TEST_P(BrokerApiContract, AnOrderForNothingIsNotPlaced) {
  const auto placed = place(side::buy, 0);
  ASSERT_FALSE(placed);
  EXPECT_TRUE(placed.error().kind == broker_failure::not_sent || placed.error().kind == broker_failure::refused)
      << placed.error().detail;
  EXPECT_TRUE(all_orders().empty());
}

TEST_P(BrokerApiContract, AfterItsLeaseNothingIsPlaced) {
  for (const auto lease : {seconds{0}, seconds{-5}}) {
    const auto placed = place(side::buy, 1, lease);
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().kind, broker_failure::not_sent) << placed.error().detail;
  }
  EXPECT_TRUE(all_orders().empty());
}

TEST_P(BrokerApiContract, TheSessionIsThatOfTheMarket) {
  if (!can_.sessions) GTEST_SKIP() << "by design: nobody can ask the subject for hours";
  const auto now = subject_->clock().now();
  const auto session = [&] {
    const auto s = ask<market_session>([&](auto done) { subject_->api().session(now, done); });
    EXPECT_TRUE(s) << s.error().detail;
    return s.value_or(market_session{});
  };
  EXPECT_TRUE(session().is_open(now));
  subject_->set_market_open(false);
  EXPECT_FALSE(session().is_open(now));
}

TEST_P(BrokerApiContract, ASampleOfItsClockIsTrue) {
  (void)position(aapl_);
  const auto sample = subject_->api().newest_clock_sample();
  if (!sample) return;
  EXPECT_LE(sample->sent, sample->received);
  EXPECT_LE(sample->broker_time, sample->received);
  EXPECT_LT(sample->sent, sample->broker_time + seconds{2});
}

}  // namespace
}  // namespace hedgerow::test
