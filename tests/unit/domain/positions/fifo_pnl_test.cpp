#include "actors/domain/positions/fifo_pnl.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "builders.hpp"
#include "tests/support/draw.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using hedgerow::test::load_vectors;
using hedgerow::test::text_of;

/// quantity * price, which must be exact at 18 decimals.
usd notional_of(const shares& quantity, const std::string& price_text) {
  const int256 price = test::dollars(price_text).units();
  const int256 product = quantity.units() * price;
  EXPECT_EQ(int256{product % amount_unit()}, 0) << "the vector's notional is not exact";
  return usd::from_units(product / amount_unit());
}

pnl_fill fill(side s, const std::string& quantity, const std::string& price) {
  return {trade_venue::onchain, s, test::qty(quantity), notional_of(test::qty(quantity), price)};
}

void expect_lots(const fifo_pnl& ledger, const rapidjson::Value& lots) {
  ASSERT_EQ(ledger.lots().size(), lots.Size());
  rapidjson::SizeType i = 0;
  for (const pnl_lot& lot : ledger.lots()) {
    EXPECT_EQ(lot.quantity.to_string(), text_of(lots[i]["quantity"]));
    EXPECT_EQ(lot.cost, notional_of(lot.quantity, text_of(lots[i]["price"])));
    EXPECT_EQ(lot.price().to_string(), text_of(lots[i]["price"]));
    EXPECT_EQ(ledger.lots_side() == side::buy ? "LONG" : "SHORT", text_of(lots[i++]["side"]));
  }
}

TEST(FifoPnl, EveryVector) {
  const auto vectors = load_vectors("fifo_pnl.json");
  std::size_t rows = 0;
  for (const auto& c : vectors["cases"].GetArray()) {
    SCOPED_TRACE(text_of(c["name"]));
    fifo_pnl ledger;
    for (const auto& row : c["rows"].GetArray()) {
      SCOPED_TRACE("row " + std::to_string(++rows));
      const side direction = parse_side(text_of(row["direction"])).value();
      const auto booked = ledger.apply(fill(direction, text_of(row["quantity"]), text_of(row["price"])));
      ASSERT_TRUE(booked);
      if (row["realized_pnl"].IsNull())
        EXPECT_FALSE(booked->realized);
      else
        EXPECT_EQ(booked->realized.value().to_string(), text_of(row["realized_pnl"]));
      EXPECT_EQ(booked->cumulative.to_string(), text_of(row["cumulative_pnl"]));
      EXPECT_EQ(booked->net.to_string(), text_of(row["net_position_after"]));
      expect_lots(ledger, row["lots_after"]);
    }
  }
  EXPECT_GE(rows, 25U);
}

TEST(FifoPnl, InvalidFillsChangeNothing) {
  const auto vectors = load_vectors("fifo_pnl.json");
  fifo_pnl ledger;
  ASSERT_TRUE(ledger.apply(fill(side::buy, "1", "10")));
  for (const auto& row : vectors["invalid"].GetArray()) {
    const auto bad = fill(side::sell, text_of(row["quantity"]), text_of(row["price"]));
    EXPECT_EQ(ledger.apply(bad).error(), pnl_fault::invalid_fill);
  }
  EXPECT_EQ(ledger.lots().size(), 1U);
  EXPECT_EQ(ledger.net(), test::qty("1"));
}

TEST(FifoPnl, OverflowChangesNothing) {
  const auto largest = usd::from_units(std::numeric_limits<int256>::max());
  fifo_pnl ledger;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(ledger.apply({trade_venue::onchain, side::sell, test::qty("1"), largest}));
  const auto one_dollar = test::dollars("1");
  ASSERT_TRUE(ledger.apply({trade_venue::broker, side::buy, test::qty("1"), one_dollar}));
  const auto before = ledger.cumulative();
  EXPECT_EQ(ledger.apply({trade_venue::broker, side::buy, test::qty("2"), one_dollar}).error(), pnl_fault::overflow);
  EXPECT_EQ(ledger.cumulative(), before);
  EXPECT_EQ(ledger.net(), test::qty("-1"));
  ASSERT_EQ(ledger.lots().size(), 1U);
  EXPECT_EQ(ledger.lots().front().cost, largest);
  EXPECT_EQ(to_string(pnl_fault::overflow), "the amounts do not fit 256 bits");
}

TEST(FifoPnl, AThirdOfALotLeavesTheRestExactly) {
  fifo_pnl ledger;
  ASSERT_TRUE(ledger.apply({trade_venue::onchain, side::buy, test::qty("3"), test::dollars("10")}));
  const auto sold = ledger.apply({trade_venue::broker, side::sell, test::qty("1"), test::dollars("4")}).value();
  EXPECT_EQ(sold.realized->to_string(), "0.666666666666666667");
  EXPECT_EQ(ledger.lots().front().cost.to_string(), "6.666666666666666667");
}

TEST(FifoPnl, ARevertedFillThatIsTheOnlyLotLeavesNothing) {
  fifo_pnl ledger;
  const auto sold = fill(side::sell, "0.7", "150");
  ASSERT_TRUE(ledger.apply(sold));
  const auto back = ledger.reverse(sold).value();
  EXPECT_TRUE(back.realized.value().is_zero());
  EXPECT_TRUE(ledger.lots().empty());
  EXPECT_TRUE(back.net.is_zero());
}

TEST(FifoPnl, ARevertedFillThatWasHedgedOpensTheHedgeAtItsOwnPrice) {
  fifo_pnl ledger;
  const auto sold = fill(side::sell, "1", "150");
  ASSERT_TRUE(ledger.apply(sold));
  ASSERT_TRUE(ledger.apply(fill(side::buy, "1", "148")));
  ASSERT_TRUE(ledger.reverse(sold));
  EXPECT_EQ(ledger.cumulative(), test::dollars("2"));
  EXPECT_EQ(ledger.net(), test::qty("1"));
  // Long one share at 150 with 2 realised: the same worth as long one share at 148.
  EXPECT_EQ(ledger.lots().front().cost, test::dollars("150"));
}

TEST(FifoPnl, VenuesAreSpelledAsReportsDo) {
  EXPECT_EQ(to_string(trade_venue::onchain), "ONCHAIN");
  EXPECT_EQ(to_string(trade_venue::broker), "OFFCHAIN");
}

TEST(FifoPnl, DollarsAndSharesAreConserved) {
  EXPECT_TRUE(rc::check("cumulative = sales - purchases + cost of longs - cost of shorts", [] {
    fifo_pnl ledger;
    usd cash;
    shares net;
    std::vector<pnl_fill> done;
    const int fills = test::draw(1, 200);
    for (int i = 0; i < fills; ++i) {
      pnl_fill f{trade_venue::onchain, *rc::gen::element(side::buy, side::sell),
                 shares::from_units(test::draw<std::int64_t>(1, 1'000'000'007)),
                 usd::from_units(test::draw<std::int64_t>(1, 1'000'000'000'000'000'003))};
      const bool revert = !done.empty() && test::draw(0, 5) == 0;
      if (revert) f = done[test::draw<std::size_t>(0, done.size())];
      const bool had_opposite = !ledger.lots().empty() && ledger.lots_side() != (revert ? opposite(f.side) : f.side);
      const auto row = revert ? ledger.reverse(f) : ledger.apply(f);
      RC_ASSERT(row.has_value());
      RC_ASSERT(row->realized.has_value() == had_opposite);
      done.push_back(row->fill);
      const bool bought = row->fill.side == side::buy;
      cash = cash.plus(bought ? -f.notional : f.notional).value();
      net = net.plus(bought ? f.quantity : -f.quantity).value();

      usd worth = cash;
      shares held;
      for (const auto& lot : ledger.lots()) {
        RC_ASSERT(lot.quantity.sign() > 0);
        RC_ASSERT(lot.cost.sign() >= 0);
        const bool is_long = ledger.lots_side() == side::buy;
        worth = worth.plus(is_long ? lot.cost : -lot.cost).value();
        held = held.plus(is_long ? lot.quantity : -lot.quantity).value();
      }
      RC_ASSERT(ledger.cumulative() == worth);
      RC_ASSERT(held == net);
      RC_ASSERT(ledger.net() == net);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
