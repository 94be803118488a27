// An empty event log is a new beginning only when nothing speaks against it.
#include "actors/domain/orders/first_start.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using enum first_start_action;

const timestamp now = *parse_time("2026-03-10T15:00:00Z");

first_start started(microseconds age, bool broker_here = true) {
  first_start start;
  start.start_block = 100;
  start.head = 5000;
  start.now = now;
  start.start_time = now - age;
  start.broker_here = broker_here;
  return start;
}

broker_order order(microseconds before_now, std::int64_t filled) {
  broker_order o;
  o.id = *order_id::parse("77");
  o.symbol = *symbol::parse("AAPL");
  o.side = side::sell;
  o.quantity = *shares::parse("5");
  o.filled = *shares::parse(std::to_string(filled));
  o.status = order_status::filled;
  o.entered_at = now - before_now;
  return o;
}

TEST(FirstStart, ABeginningOfNowIsReadAtOnce) {
  EXPECT_EQ(decide(started(0s)), read);
  EXPECT_EQ(decide(started(10min)), read);
  EXPECT_EQ(decide(started(10min, false)), read);
  auto future = started(0s);
  future.start_block = 6000;
  EXPECT_EQ(decide(future), read);
}

TEST(FirstStart, AnOldStartBlockIsReadOnlyAfterTheBrokerWasAsked) {
  EXPECT_EQ(decide(started(11min)), ask_broker);
  EXPECT_EQ(decide(started(24h * 59)), ask_broker);
  EXPECT_EQ(orders_since(started(1h)), now - 1h - 15s);
}

TEST(FirstStart, WhatCannotBeCheckedNeedsAPerson) {
  EXPECT_EQ(decide(started(11min, false)), cannot_check);
  EXPECT_EQ(decide(started(24h * 61)), cannot_check);
  EXPECT_NE(why_unchecked(started(24h * 61)).find("does not list orders that old"), std::string::npos);
  EXPECT_NE(why_unchecked(started(1h, false)).find("does not call the broker"), std::string::npos);
}

TEST(FirstStart, APersonsWordIsEnough) {
  auto told = started(24h * 61, false);
  told.confirmed = true;
  EXPECT_EQ(decide(told), read);
}

TEST(FirstStart, OrdersLikeOursSinceTheStartBlockContradictIt) {
  const auto start = started(2h);
  EXPECT_EQ(contradiction(start, {}), "");
  const auto text = contradiction(start, {{order(90min, 5), order(30min, 5)}, {}});
  EXPECT_NE(text.find("2 market orders since block 100"), std::string::npos) << text;
  EXPECT_NE(text.find("SELL 5 AAPL entered 2026-03-10T14:30:00"), std::string::npos) << text;
  auto working = order(30min, 0);
  working.status = order_status::working;
  EXPECT_NE(contradiction(start, {{working}, {}}), "");
  auto undated = order(0s, 5);
  undated.entered_at.reset();
  EXPECT_NE(contradiction(start, {{undated}, {}}), "");
}

TEST(FirstStart, AnOrderThatCannotBeReadMayBeOne) {
  const auto text = contradiction(started(2h), {{}, {{std::nullopt, std::nullopt, "no quantity"}}});
  EXPECT_NE(text.find("1 cannot be read (no quantity)"), std::string::npos) << text;
}

TEST(FirstStart, OtherOrdersDoNot) {
  const auto start = started(2h);
  auto limit = order(30min, 5);
  limit.market_day = false;
  auto rejected = order(30min, 0);
  rejected.status = order_status::rejected;
  EXPECT_EQ(contradiction(start, {{limit, rejected, order(3h, 5)}, {}}), "");
}

TEST(FirstStart, SaysWhatWillBeHedged) {
  EXPECT_EQ(describe(started(1h)),
            "fills of blocks 100 (2026-03-10T14:00:00.000000Z) to 5000, and all later ones, will be hedged");
  auto future = started(0s);
  future.start_block = 6000;
  EXPECT_EQ(describe(future), "fills from block 6000 on will be hedged; the chain is at block 5000");
  EXPECT_NE(first_start_remedy().find("chain.hedge_history = true"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::domain
