#include "actors/domain/orders/order_match.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

broker_order order(const char* id, const char* quantity, std::int64_t entered_second) {
  broker_order o;
  o.id = *order_id::parse(id);
  o.symbol = *symbol::parse("AAPL");
  o.side = side::buy;
  o.quantity = *shares::parse(quantity);
  o.entered_at = timestamp{entered_second * 1'000'000};
  return o;
}

const order_pattern pattern{*symbol::parse("AAPL"), side::buy, 2, {100'000'000}, {200'000'000}};

TEST(OrderMatch, TermsAndWindowMustAgree) {
  EXPECT_TRUE(matches(pattern, order("1", "2", 150)));
  EXPECT_TRUE(matches(pattern, order("1", "2", 100)));
  EXPECT_FALSE(matches(pattern, order("1", "2", 99)));
  EXPECT_FALSE(matches(pattern, order("1", "2", 201)));
  EXPECT_FALSE(matches(pattern, order("1", "3", 150)));
  auto other = order("1", "2", 150);
  other.side = side::sell;
  EXPECT_FALSE(same_terms(pattern, other));
  other = order("1", "2", 150);
  other.market_day = false;
  EXPECT_FALSE(same_terms(pattern, other));
  other = order("1", "2", 150);
  other.symbol = *symbol::parse("TSLA");
  EXPECT_FALSE(same_terms(pattern, other));
}

TEST(OrderMatch, AnOrderWithoutAnEntryTimeMayBeIt) {
  auto o = order("1", "2", 0);
  o.entered_at.reset();
  EXPECT_TRUE(matches(pattern, o));
}

TEST(OrderMatch, ClaimedOnesAreLeftOutAndEachComesOnceOldestFirst) {
  execution_desk desk;
  desk.claimed = {*order_id::parse("2")};
  const std::vector list{order("3", "2", 180), order("2", "2", 150), order("1", "2", 120), order("3", "2", 180)};
  const auto found = candidates(desk, pattern, list);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id.str(), "1");
  EXPECT_EQ(found[1].id.str(), "3");
}

}  // namespace
}  // namespace hedgerow::domain
