#include "actors/domain/fills/rain_float.hpp"

#include <algorithm>
#include <array>

#include "messages/types/check.hpp"

namespace hedgerow::domain {
namespace {

/// The largest power of ten that fits 256 bits.
constexpr std::int64_t largest_power = 77;
/// 10^68 exceeds every coefficient: |coefficient| <= 2^223 < 1.4 * 10^67.
constexpr std::int64_t coefficient_digits = 68;

const int256& power_of_ten(std::int64_t exponent) {
  static const auto powers = [] {
    std::array<int256, largest_power + 1> table;
    table[0] = 1;
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
    return table;
  }();
  HEDGEROW_CHECK(exponent >= 0 && exponent <= largest_power, "a power of ten that fits");
  return powers[static_cast<std::size_t>(exponent)];
}

expected<int256, amount_error> scaled(const int256& value, std::int64_t exponent) {
  if (exponent > largest_power) return unexpected(amount_error::overflow);
  try {
    return int256{value * power_of_ten(exponent)};
  } catch (const std::exception&) {
    return unexpected(amount_error::overflow);
  }
}

}  // namespace

rain_float rain_float::from_word(const abi_word& word) {
  std::uint32_t exponent = 0;
  for (std::size_t i = 0; i < 4; ++i) exponent = (exponent << 8U) | word[i];

  // Two's complement of 224 bits: negative numbers are complemented, so that everything stays a magnitude.
  abi_word low = word;
  const bool negative = (word[4] & 0x80U) != 0;
  for (std::size_t i = 0; i < 4; ++i) low[i] = 0;
  if (negative)
    for (std::size_t i = 4; i < low.size(); ++i) low[i] = static_cast<unsigned char>(~low[i]);
  int256 coefficient{to_uint256(low)};
  if (negative) coefficient = -coefficient - 1;
  return {std::move(coefficient), static_cast<std::int32_t>(exponent)};
}

expected<int256, amount_error> rain_float::truncated(unsigned decimals) const {
  if (is_zero()) return int256{0};
  const std::int64_t kept = std::min<std::int64_t>(decimals, amount_scale);
  // 64 bits: exponent + 18 must not overflow at either end.
  const std::int64_t shift = std::int64_t{exponent} + kept;
  if (shift >= 0) return scaled(coefficient, std::int64_t{exponent} + amount_scale);
  if (-shift >= coefficient_digits) return int256{0};
  return scaled(coefficient / power_of_ten(-shift), amount_scale - kept);
}

}  // namespace hedgerow::domain
