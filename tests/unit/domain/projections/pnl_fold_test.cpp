#include "actors/domain/projections/pnl_fold.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace hedgerow::domain {
namespace {

pnl_fill fill(trade_venue venue, side s, const char* quantity, const char* notional) {
  return {venue, s, *shares::parse(quantity), *usd::parse(notional)};
}

struct timed {
  std::int64_t second;
  std::string id;
  pnl_fill what;
};

/// The worked example of the facts, 6.9; realised 3.45 in all.
std::vector<timed> worked_example() {
  using enum trade_venue;
  return {{1, "a", fill(onchain, side::sell, "0.3", "45")},  {2, "b", fill(onchain, side::sell, "0.4", "60.4")},
          {3, "c", fill(onchain, side::buy, "0.2", "29.6")}, {4, "d", fill(onchain, side::sell, "0.6", "89.4")},
          {5, "e", fill(broker, side::buy, "1", "148.5")},   {6, "f", fill(onchain, side::buy, "1.5", "221.25")},
          {7, "g", fill(broker, side::sell, "1", "149")}};
}

timestamp at(std::int64_t second) { return {second * 1'000'000}; }

TEST(PnlFold, TheWorkedExampleOfTheFacts) {
  pnl_fold fold;
  for (const auto& t : worked_example()) fold.add(at(t.second), t.id, t.what, false);
  EXPECT_EQ(fold.realized().to_string(), "3.45");
}

TEST(PnlFold, TheOrderInWhichFillsAreHeardOfDoesNotMatter) {
  auto fills = worked_example();
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    std::shuffle(fills.begin(), fills.end(), random);
    pnl_fold fold;
    for (const auto& t : fills) fold.add(at(t.second), t.id, t.what, false);
    EXPECT_EQ(fold.realized().to_string(), "3.45");
  }
}

TEST(PnlFold, WhatIsFoldedForGoodStillCounts) {
  pnl_fold fold;
  for (const auto& t : worked_example()) fold.add(at(t.second), t.id, t.what, false);
  fold.add(at(100'000), "later", fill(trade_venue::onchain, side::sell, "0.4", "60"), false);
  // 0.4 of the lot bought at 147.5 is sold at 150.
  EXPECT_EQ(fold.realized().to_string(), "4.45");
}

TEST(PnlFold, OneVenueFarAheadOfTheOtherGivesTheSame) {
  // A hundred fills on each venue, a minute apart, some of them reported half an hour late.
  std::vector<timed> venues[2];
  for (int i = 0; i < 100; ++i) {
    const auto second = std::int64_t{60} * (i % 7 == 0 ? i - 30 : i);
    const auto amount = std::to_string(1 + i % 3);
    const auto id = std::to_string(i);
    venues[0].push_back(
        {second, "c" + id, fill(trade_venue::onchain, side::sell, amount.c_str(), id == "0" ? "7" : id.c_str())});
    venues[1].push_back({second + 5, "b" + id, fill(trade_venue::broker, side::buy, "2", "150")});
  }
  pnl_fold in_turns;
  for (std::size_t i = 0; i < 100; ++i)
    for (const auto& v : venues) in_turns.add(at(v[i].second), v[i].id, v[i].what, false);
  EXPECT_LT(in_turns.waiting(), 60U) << "what both venues have passed is folded for good";
  pnl_fold in_a_row;
  for (const auto& v : venues)
    for (const auto& t : v) {
      in_a_row.add(at(t.second), t.id, t.what, false);
      std::ignore = in_a_row.realized();
    }
  EXPECT_EQ(in_turns.realized(), in_a_row.realized());
  EXPECT_FALSE(in_turns.realized().is_zero());
}

TEST(PnlFold, WhenItIsLookedAtAndWhatItsCopiesGoOnToDoDoesNotMatter) {
  std::mt19937 random{11};
  for (int round = 0; round < 300; ++round) {
    pnl_fold looked_at;
    pnl_fold at_the_end;
    for (int i = 0; i < 60; ++i) {
      // One venue is behind the other for a while; most fills of a venue are in order.
      const bool broker = random() % 3 == 0;
      const auto second = (broker ? 2000 : 0) + 40 * i - static_cast<int>(random() % 5 == 0 ? random() % 900 : 0);
      const auto bought = fill(broker ? trade_venue::broker : trade_venue::onchain,
                               random() % 2 == 0 ? side::buy : side::sell, "2", std::to_string(100 + i).c_str());
      for (auto* fold : {&looked_at, &at_the_end}) fold->add(at(second), std::to_string(i), bought, i % 9 == 0);
      if (random() % 3 > 0) continue;
      std::ignore = looked_at.realized();
      auto copy = looked_at;
      copy.add(at(second - 1), "copy", bought, false);
      std::ignore = copy.realized();
    }
    ASSERT_EQ(looked_at.realized(), at_the_end.realized()) << "round " << round;
  }
}

TEST(PnlFold, AVenueThatIsNeverHeardOfDoesNotKeepTheOtherWaitingForEver) {
  pnl_fold fold;
  for (int i = 0; i < 12'000; ++i)
    fold.add(at(i), std::to_string(100'000 + i),
             fill(trade_venue::onchain, i % 2 == 0 ? side::buy : side::sell, "1", i % 2 == 0 ? "100" : "101"), false);
  EXPECT_LE(fold.waiting(), 10'000U);
  EXPECT_EQ(fold.realized().to_string(), "6000");
}

TEST(PnlFold, ARevertedFillIsTakenBack) {
  pnl_fold fold;
  fold.add(at(1), "a", fill(trade_venue::onchain, side::buy, "1", "100"), false);
  fold.add(at(2), "a-reverted", fill(trade_venue::onchain, side::buy, "1", "100"), true);
  EXPECT_TRUE(fold.realized().is_zero());
}

}  // namespace
}  // namespace hedgerow::domain
