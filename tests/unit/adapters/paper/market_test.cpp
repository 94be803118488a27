// Prices, sessions, order plans, holdings: the parts without state.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "runtime/adapters/paper/holdings.hpp"
#include "runtime/adapters/paper/market_calendar.hpp"
#include "runtime/adapters/paper/order_plan.hpp"
#include "runtime/adapters/paper/price_walk.hpp"
#include "runtime/adapters/paper/rate_limit.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;

timestamp at(const std::string& text) { return *parse_time(text); }
symbol sym(const std::string& text) { return *symbol::parse(text); }

TEST(Price, ParsesExactlyAndPrintsAtLeastOneDecimal) {
  EXPECT_EQ(parse_price("22.7299"), 227299);
  EXPECT_EQ(parse_price("150.1"), 1501000);
  EXPECT_EQ(price_text(227299), "22.7299");
  EXPECT_EQ(price_text(1501000), "150.1");
  EXPECT_EQ(price_text(100000), "10.0");
  EXPECT_EQ(price_text(1), "0.0001");
  for (const char* bad : {"", "0", "-1", "1.00001", "abc", "1e3", "100000000.0001"})
    EXPECT_FALSE(parse_price(bad)) << bad;
}

TEST(PriceWalk, SameSeedSamePricesWhateverWasAskedBefore) {
  const timestamp begin = at("2025-08-29T15:00:00Z");
  price_walk one{7, {{"AAPL", 1502500}}, begin};
  price_walk two{7, {{"AAPL", 1502500}}, begin};
  const auto late = one.at(sym("AAPL"), begin + 5000s).last;
  for (int i = 0; i < 5000; i += 617) static_cast<void>(two.at(sym("AAPL"), begin + std::chrono::seconds{i}));
  EXPECT_EQ(two.at(sym("AAPL"), begin + 5000s).last, late);
  EXPECT_EQ(one.at(sym("AAPL"), begin).last, 1502500);
  EXPECT_EQ(one.at(sym("AAPL"), begin - 1h).last, 1502500);
  price_walk other{8, {{"AAPL", 1502500}}, begin};
  EXPECT_NE(other.at(sym("AAPL"), begin + 5000s).last, late);
}

TEST(PriceWalk, MovesInSmallStepsWithinBoundsAndQuotesAroundTheLastPrice) {
  const timestamp begin = at("2025-08-29T15:00:00Z");
  price_walk walk{3, {{"PNY", 3}, {"AAPL", 1502500}}, begin};
  price_units before = 1502500;
  std::set<price_units> seen;
  for (int i = 1; i < 4000; ++i) {
    const auto q = walk.at(sym("AAPL"), begin + std::chrono::seconds{i});
    EXPECT_LE(std::abs(q.last - before), 200);
    EXPECT_LT(q.bid, q.last);
    EXPECT_GT(q.ask, q.last);
    before = q.last;
    seen.insert(q.last);
    const auto penny = walk.at(sym("PNY"), begin + std::chrono::seconds{i});
    EXPECT_GE(penny.last, 1);
    EXPECT_LE(penny.last, 6);
    EXPECT_GE(penny.bid, 1);
  }
  EXPECT_GT(seen.size(), 500U);
}

TEST(PriceWalk, ListsWhatItWasGivenOrEverything) {
  const price_walk some{1, {{"AAPL", 10000}}, {}};
  EXPECT_TRUE(some.lists(sym("AAPL")));
  EXPECT_FALSE(some.lists(sym("MSFT")));
  price_walk any{1, {}, {}};
  EXPECT_TRUE(any.lists(sym("MSFT")));
  EXPECT_GE(any.at(sym("MSFT"), {}).last, 100'000);
  EXPECT_LT(any.at(sym("MSFT"), {}).last, 5'000'000);
}

TEST(MarketCalendar, DaylightSavingTurnsOnTheRightSundays) {
  EXPECT_EQ(eastern_text(at("2025-03-09T06:59:59Z")), "2025-03-09T01:59:59-05:00");
  EXPECT_EQ(eastern_text(at("2025-03-09T07:00:00Z")), "2025-03-09T03:00:00-04:00");
  EXPECT_EQ(eastern_text(at("2025-11-02T05:59:59Z")), "2025-11-02T01:59:59-04:00");
  EXPECT_EQ(eastern_text(at("2025-11-02T06:00:00Z")), "2025-11-02T01:00:00-05:00");
  EXPECT_EQ(day_text(eastern_day(at("2025-01-03T04:59:59Z"))), "2025-01-02");
}

TEST(MarketCalendar, UsHoursAreWeekdaysFromHalfPastNineToFour) {
  const market_calendar c{paper_market::us_hours};
  const auto winter = c.session_of(*parse_day("2025-01-03"));
  ASSERT_TRUE(winter);
  EXPECT_EQ(eastern_text(winter->start), "2025-01-03T09:30:00-05:00");
  EXPECT_EQ(winter->start, at("2025-01-03T14:30:00Z"));
  EXPECT_EQ(winter->end, at("2025-01-03T21:00:00Z"));
  EXPECT_EQ(c.session_of(*parse_day("2025-08-29"))->start, at("2025-08-29T13:30:00Z"));
  EXPECT_FALSE(c.session_of(*parse_day("2025-08-30")));
  EXPECT_FALSE(c.is_open(at("2025-08-29T13:29:59Z")));
  EXPECT_TRUE(c.is_open(at("2025-08-29T13:30:00Z")));
  EXPECT_FALSE(c.is_open(at("2025-08-29T20:00:00Z")));
  // From Friday's close to Monday's open.
  EXPECT_EQ(c.next_open(at("2025-08-29T20:00:00Z")), at("2025-09-01T13:30:00Z"));
  EXPECT_EQ(c.next_open(at("2025-08-29T15:00:00Z")), at("2025-08-29T15:00:00Z"));
}

TEST(MarketCalendar, AlwaysOpenHasNoGapAndClosedNeverOpens) {
  const market_calendar open{paper_market::always_open};
  for (const char* t : {"2025-03-09T05:00:00Z", "2025-03-09T07:00:00Z", "2025-03-10T03:59:59Z", "2025-03-10T04:00:00Z",
                        "2025-11-03T04:59:59Z", "2025-11-03T05:00:00Z", "2025-08-30T12:00:00Z"})
    EXPECT_TRUE(open.is_open(at(t))) << t;
  EXPECT_FALSE(open.close_after(at("2025-08-30T12:00:00Z")));
  const market_calendar closed{paper_market::closed};
  EXPECT_FALSE(closed.is_open(at("2025-08-29T15:00:00Z")));
  EXPECT_FALSE(closed.next_open(at("2025-08-29T15:00:00Z")));
}

TEST(MarketCalendar, DaysAreChecked) {
  EXPECT_TRUE(parse_day("2024-02-29"));
  for (const char* bad : {"2025-02-29", "2025-13-01", "2025-1-1", "", "2025-01-01x", "20250101"})
    EXPECT_FALSE(parse_day(bad)) << bad;
}

std::vector<order_event> planned(std::int64_t id, std::int64_t quantity, std::optional<fault_rule> fault = {},
                                 std::optional<timestamp> close = {}, std::uint64_t seed = 1) {
  const order_terms terms{id, side::buy, quantity, at("2025-08-29T15:00:00Z"), close};
  return plan_order(terms, {seed, 20ms, 200ms, 3}, fault, [](timestamp) { return price_units{1502500}; });
}

std::int64_t filled(const std::vector<order_event>& events) {
  std::int64_t sum = 0;
  for (const auto& e : events) sum += e.quantity;
  return sum;
}

fault_rule fault_of(fault_kind kind) {
  fault_rule rule;
  rule.operation = operation::place;
  rule.kind = kind;
  return rule;
}

TEST(OrderPlan, FillsEverythingInTimeOrderInOneToThreeLegsAtOrAboveTheAsk) {
  std::set<std::size_t> leg_counts;
  std::set<price_units> prices;
  for (std::int64_t id = 1; id <= 200; ++id) {
    const auto events = planned(id, 100);
    leg_counts.insert(events.size());
    EXPECT_EQ(filled(events), 100);
    EXPECT_TRUE(std::is_sorted(events.begin(), events.end(), [](auto& a, auto& b) { return a.due < b.due; }));
    const auto last = events.back().due - at("2025-08-29T15:00:00Z");
    EXPECT_GE(last, 20ms);
    EXPECT_LE(last, 200ms);
    for (const auto& e : events) {
      EXPECT_GT(e.quantity, 0);
      EXPECT_GE(e.price, 1502500);
      EXPECT_LE(e.price, 1502500 + 2 * 15);
      prices.insert(e.price);
    }
  }
  EXPECT_EQ(leg_counts, (std::set<std::size_t>{1, 2, 3}));
  EXPECT_GT(prices.size(), 5U);
}

TEST(OrderPlan, IsAFunctionOfItsArguments) {
  const auto same = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const order_event& x, const order_event& y) {
      return x.due == y.due && x.quantity == y.quantity && x.price == y.price && x.activity == y.activity;
    });
  };
  EXPECT_TRUE(same(planned(5, 100), planned(5, 100)));
  EXPECT_FALSE(same(planned(5, 100), planned(6, 100)));
  EXPECT_FALSE(same(planned(5, 100), planned(5, 100, {}, {}, 2)));
  EXPECT_EQ(planned(5, 1).size(), 1U);
  EXPECT_EQ(filled(planned(5, 4294967295)), 4294967295);
}

TEST(OrderPlan, DisturbedOrdersFollowTheirFault) {
  EXPECT_EQ(filled(planned(1, 100, fault_of(fault_kind::partial))), 100);
  const auto cancelled = planned(1, 100, fault_of(fault_kind::partial_then_cancel));
  EXPECT_EQ(filled(cancelled), 50);
  EXPECT_EQ(cancelled.back().status, "CANCELED");
  EXPECT_EQ(planned(1, 100, fault_of(fault_kind::reject)).front().status, "REJECTED");
  EXPECT_EQ(planned(1, 100, fault_of(fault_kind::expire)).front().status, "EXPIRED");
  const auto late = planned(1, 100, fault_of(fault_kind::late_fill));
  EXPECT_GE(late.front().due - at("2025-08-29T15:00:00Z"), 20ms);
  EXPECT_GE(late.back().due - at("2025-08-29T15:00:00Z"), 1020ms);
  const auto zombie = planned(1, 100, fault_of(fault_kind::cancel_then_fill));
  EXPECT_EQ(zombie.front().status, "CANCELED");
  EXPECT_EQ(filled(zombie), 50);
  // One share cannot be split: nothing of it fills before the rest.
  EXPECT_EQ(filled(planned(1, 1, fault_of(fault_kind::partial_then_cancel))), 0);
  EXPECT_EQ(filled(planned(1, 1, fault_of(fault_kind::partial))), 1);
  EXPECT_EQ(filled(planned(1, 1, fault_of(fault_kind::cancel_then_fill))), 1);
}

TEST(OrderPlan, DayOrdersExpireAtTheCloseWithWhatWasFilledByThen) {
  const timestamp close = at("2025-08-29T15:00:00Z") + 500ms;
  auto fault = fault_of(fault_kind::partial);
  const auto events = planned(1, 100, fault, close);
  EXPECT_EQ(events.back().status, "EXPIRED");
  EXPECT_EQ(events.back().due, close);
  EXPECT_GE(filled(events), 50);
  EXPECT_LT(filled(events), 100);
  EXPECT_EQ(filled(planned(1, 100, {}, close)), 100);
  EXPECT_EQ(planned(1, 100, fault_of(fault_kind::reject), close).size(), 1U);
}

TEST(Holdings, AverageCostThroughZero) {
  holding h;
  const auto step = [&](side s, std::int64_t q, price_units p) { h = *apply_fill(h, s, q, p); };
  step(side::buy, 100, 100000);
  step(side::buy, 100, 120000);
  EXPECT_EQ(h.cost.to_string(), "2200");
  step(side::sell, 50, 500000);
  EXPECT_EQ(h.quantity, 150);
  EXPECT_EQ(h.cost.to_string(), "1650");
  step(side::sell, 250, 130000);
  EXPECT_EQ(h.quantity, -100);
  EXPECT_EQ(h.cost.to_string(), "1300");
  step(side::sell, 100, 150000);
  EXPECT_EQ(h.cost.to_string(), "2800");
  step(side::buy, 200, 1);
  EXPECT_EQ(h.quantity, 0);
  EXPECT_TRUE(h.cost.is_zero());
}

TEST(RateLimit, SlidesOverAMinuteAndSaysHowLongToWait) {
  rate_limit limit{2};
  EXPECT_FALSE(limit.take(0s));
  EXPECT_FALSE(limit.take(30s));
  EXPECT_EQ(limit.take(40s), 20s);
  EXPECT_EQ(limit.take(59s + 500ms), 1s);
  EXPECT_FALSE(limit.take(60s));
  EXPECT_EQ(limit.take(61s), 29s);
  rate_limit none{0};
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(none.take(0s));
}

}  // namespace
}  // namespace hedgerow::paper
