#include "actors/domain/fills/rain_float.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

#include "abi_encoder.hpp"
#include "fill_vectors.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::domain {
namespace {

using boost::multiprecision::cpp_int;
using hedgerow::test::text_of;

constexpr auto lowest_exponent = std::numeric_limits<std::int32_t>::min();
constexpr auto highest_exponent = std::numeric_limits<std::int32_t>::max();

abi_word packed(const rapidjson::Value& text) { return test::hash_of(text).value; }

/// The word of a Float, from its definition: two's complement of 32 and of 224 bits.
abi_word pack(const cpp_int& coefficient, std::int32_t exponent) {
  const cpp_int modulus = cpp_int{1} << 224;
  const cpp_int low = (coefficient + modulus) % modulus;
  const cpp_int word = (cpp_int{static_cast<std::uint32_t>(exponent)} << 224) + low;
  return test::word_of(uint256{word});
}

std::string decimals_18(const rain_float& f) {
  const auto units = f.truncated(18);
  return units ? shares::from_units(*units).to_string() : std::string{to_string(units.error())};
}

/// Decimal text cut after `decimals` decimals.
std::string cut(std::string text, std::size_t decimals) {
  const auto dot = text.find('.');
  if (dot == std::string::npos) return text;
  text.resize(std::min(text.size(), dot + 1 + decimals));
  return shares::parse(text.back() == '.' ? text + "0" : text).value().to_string();
}

TEST(RainFloat, VectorsDecodeAndTruncate) {
  const auto file = hedgerow::test::load_vectors("rain_float.json");
  std::size_t decimal_cases = 0;
  for (const auto& c : file["cases"].GetArray()) {
    SCOPED_TRACE(text_of(c["name"]));
    const auto f = rain_float::from_word(packed(c["packed"]));
    EXPECT_EQ(f.coefficient.str(), text_of(c["signed_coefficient"]));
    EXPECT_EQ(std::to_string(f.exponent), text_of(c["exponent"]));
    EXPECT_EQ(f.is_negative(), text_of(c["signed_coefficient"]).starts_with('-'));
    if (!c["decimal"].IsString()) {
      EXPECT_EQ(f.truncated(18), int256{0});
      continue;
    }
    ++decimal_cases;
    const std::string exact = text_of(c["decimal"]);
    // Coefficients near 2^223 are whole numbers beyond what 256 bits of 1e-18 hold.
    const std::string kept = exact.size() > 60 ? "amount does not fit 256 bits" : cut(exact, 18);
    EXPECT_EQ(decimals_18(f), kept);
    if (exact.size() <= 60) {
      EXPECT_EQ(usd::from_units(f.truncated(6).value()).to_string(), cut(exact, 6));
    }
  }
  EXPECT_GE(decimal_cases, 13U);
}

TEST(RainFloat, EveryExponentIsAccepted) {
  const auto all = [](std::int64_t coefficient) {
    std::string line;
    for (const std::int32_t e : {lowest_exponent, -1000, -86, -85, 77, 78, 1000, highest_exponent})
      line += decimals_18(rain_float{coefficient, e}) + ";";
    return line;
  };
  const std::string over = "amount does not fit 256 bits;";
  EXPECT_EQ(all(0), "0;0;0;0;0;0;0;0;");
  EXPECT_EQ(all(1), "0;0;0;0;" + over + over + over + over);
  EXPECT_EQ(all(-1), "0;0;0;0;" + over + over + over + over);
}

TEST(RainFloat, TheLimitsOfWhatFits) {
  EXPECT_EQ(rain_float({1, 59}).truncated(18).value(), int256{"1" + std::string(77, '0')});
  EXPECT_EQ(rain_float({1, 60}).truncated(18).error(), amount_error::overflow);
  // 2^223-1 has 68 digits: at 10^-85 one unit of 1e-18 remains, at 10^-86 none.
  const int256 largest{"13479973333575319897333507543509815336818572211270286240551805124607"};
  EXPECT_EQ(rain_float({largest, -85}).truncated(18).value(), 1);
  EXPECT_EQ(rain_float({-largest, -85}).truncated(18).value(), -1);
  EXPECT_EQ(rain_float({largest, -86}).truncated(18).value(), 0);
  EXPECT_EQ(rain_float({largest, -73}).truncated(6).value(), amount_unit() / 1'000'000);
  EXPECT_EQ(rain_float({largest, -74}).truncated(6).value(), 0);
}

TEST(RainFloat, MoreThan18DecimalsCountAs18) {
  EXPECT_EQ(rain_float({19, -19}).truncated(255).value(), 1);
  EXPECT_EQ(rain_float({7, -1}).truncated(0).value(), 0);
}

/// Random coefficients of every size and sign.
cpp_int any_coefficient() {
  const auto bits = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 224));
  cpp_int value = 0;
  for (int i = 0; i < 4; ++i) value = (value << 64) | *rc::gen::resize(200, rc::gen::arbitrary<std::uint64_t>());
  value &= (cpp_int{1} << static_cast<unsigned>(bits)) - 1;
  value &= (cpp_int{1} << 223) - 1;
  return *rc::gen::arbitrary<bool>() ? value : cpp_int{-value};
}

TEST(RainFloat, PackedAndDecodedIsTheSame) {
  EXPECT_TRUE(rc::check("decode(pack(c, e)) == (c, e)", [] {
    const cpp_int coefficient = any_coefficient();
    const auto exponent = *rc::gen::arbitrary<std::int32_t>();
    const auto f = rain_float::from_word(pack(coefficient, exponent));
    RC_ASSERT(f.coefficient.str() == coefficient.str());
    RC_ASSERT(f.exponent == exponent);
  }));
}

TEST(RainFloat, TruncationAgreesWithUnboundedIntegers) {
  EXPECT_TRUE(rc::check("truncated(n) == trunc(c * 10^e * 10^n) * 10^(18-n)", [] {
    const cpp_int coefficient = any_coefficient();
    const auto exponent = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(-120, 100));
    const auto decimals = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 19));
    const auto ten_to = [](int n) -> cpp_int { return pow(cpp_int{10}, static_cast<unsigned>(n)); };
    const int shift = exponent + decimals;
    // cpp_int division truncates toward zero.
    const cpp_int kept = shift >= 0 ? cpp_int{coefficient * ten_to(shift)} : cpp_int{coefficient / ten_to(-shift)};
    const cpp_int oracle = kept * ten_to(18 - decimals);

    const auto units = rain_float::from_word(pack(coefficient, exponent)).truncated(static_cast<unsigned>(decimals));
    const bool fits = abs(oracle) < (cpp_int{1} << 256);
    RC_CLASSIFY(fits && oracle != 0, "non-zero");
    RC_ASSERT(units.has_value() == fits);
    if (fits) RC_ASSERT(units->str() == oracle.str());
  }));
}

}  // namespace
}  // namespace hedgerow::domain
