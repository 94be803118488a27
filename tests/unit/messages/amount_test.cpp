#include "messages/types/amount.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/support/vectors.hpp"

namespace hedgerow {
namespace {

TEST(Amount, RawUnitsFollowTheVectors) {
  const auto vectors = test::load_vectors("amounts.json");
  for (const auto& c : vectors["cases"].GetArray()) {
    const uint256 raw{test::text_of(c["raw"])};
    const auto units = units_from_raw(raw, static_cast<unsigned>(std::stoul(test::text_of(c["decimals"]))));
    ASSERT_TRUE(units) << test::text_of(c["note"]);
    EXPECT_EQ(shares::from_units(*units).to_string(), test::text_of(c["truncated_18dp"])) << test::text_of(c["note"]);
  }
}

TEST(Amount, ParsesOnlyPlainDecimals) {
  for (const char* good : {"0", "1", "-1", "0.1", "-0.000000000000000001", "115792089237316195423570985008687907"})
    EXPECT_EQ(usd::parse(good).value().to_string(), good);
  for (const char* bad : {"", "-", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "0x1", "1,0", "--1", "1.2.3", "1.-2"})
    EXPECT_FALSE(usd::parse(bad)) << bad;
  EXPECT_EQ(usd::parse("0.0000000000000000001").error(), amount_error::too_many_decimals);
  EXPECT_EQ(usd::parse(std::string(5000, '9')).error(), amount_error::overflow);
}

TEST(Amount, TextRoundTrips) {
  rc::check("parse(to_string(x)) == x", [](std::int64_t high, std::uint64_t low) {
    const int256 units = int256{high} * int256{"18446744073709551616"} + low;
    const auto amount = shares::from_units(units);
    RC_ASSERT(shares::parse(amount.to_string()).value() == amount);
  });
}

TEST(Amount, OverflowIsAValue) {
  const auto largest = shares::from_units(std::numeric_limits<int256>::max());
  EXPECT_EQ(largest.plus(shares::from_units(1)).error(), amount_error::overflow);
  EXPECT_TRUE(largest.minus(shares::from_units(1)));
}

TEST(Amount, WholeSharesRoundTowardZero) {
  EXPECT_EQ(shares::parse("0.999999999999999999")->whole_abs(), 0);
  EXPECT_EQ(shares::parse("-1.2")->whole_abs(), 1);
  EXPECT_EQ(shares::parse("3.999")->whole_abs(), 3);
}

TEST(Amount, MulDivRoundsHalfToEven) {
  EXPECT_EQ(mul_div_round(5, 1, 2).value(), 2);
  EXPECT_EQ(mul_div_round(7, 1, 2).value(), 4);
  EXPECT_EQ(mul_div_round(-5, 1, 2).value(), -2);
  EXPECT_EQ(mul_div_round(-7, 1, 2).value(), -4);
  EXPECT_EQ(mul_div_round(10, 10, 3).value(), 33);
  EXPECT_EQ(mul_div_round(1, 1, 0).error(), amount_error::division_by_zero);
}

TEST(Price, RoundsHalfUpForDisplayOnly) {
  const price third{*usd::parse("200"), *shares::parse("15")};
  EXPECT_EQ(third.to_string(), "13.333333333333333333");
  EXPECT_EQ((price{*usd::parse("64.169234"), *shares::parse("0.374")}.to_string(2)), "171.58");
}

}  // namespace
}  // namespace hedgerow
