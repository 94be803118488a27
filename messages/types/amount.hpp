// Exact money and quantities: signed integers scaled by 1e18, checked for overflow. No binary floating point.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "messages/types/expected.hpp"

namespace hedgerow {

/// Sign and 256 bits of magnitude: holds every uint256 of the chain, of either sign. Overflow throws inside; the
/// types below turn that into a value.
using int256 = boost::multiprecision::checked_int256_t;
/// Products of two int256. Only for intermediate results.
using int512 = boost::multiprecision::checked_int512_t;
using uint256 = boost::multiprecision::uint256_t;

enum class amount_error { not_a_number, too_many_decimals, overflow, division_by_zero };

[[nodiscard]] std::string_view to_string(amount_error error);

/// Digits after the decimal point of every amount.
inline constexpr int amount_scale = 18;
/// 10^18, the number of units in one share or one dollar.
[[nodiscard]] const int256& amount_unit();

/// A quantity of `Tag` in units of 1e-18. Shares and dollars are different types and never mix.
template <class Tag>
class fixed18 {
 public:
  fixed18() = default;

  /// From an integer number of 1e-18 units.
  [[nodiscard]] static fixed18 from_units(int256 units) { return fixed18{std::move(units)}; }
  /// From whole shares or dollars.
  [[nodiscard]] static fixed18 from_whole(std::int64_t whole) { return fixed18{int256{whole} * amount_unit()}; }
  /// From decimal text such as "-1.25": an optional minus, digits, at most 18 decimals. No exponent, no blanks, no '+'.
  [[nodiscard]] static expected<fixed18, amount_error> parse(std::string_view text);

  [[nodiscard]] const int256& units() const { return units_; }
  /// The shortest decimal text that parses back to the same value; zero is "0".
  [[nodiscard]] std::string to_string() const;

  [[nodiscard]] bool is_zero() const { return units_.is_zero(); }
  /// -1, 0 or 1.
  [[nodiscard]] int sign() const { return units_.sign(); }
  [[nodiscard]] fixed18 abs() const { return fixed18{units_.sign() < 0 ? int256{-units_} : units_}; }
  [[nodiscard]] fixed18 operator-() const { return fixed18{int256{-units_}}; }
  /// floor(|x|) as an integer number of whole shares or dollars.
  [[nodiscard]] int256 whole_abs() const;

  [[nodiscard]] expected<fixed18, amount_error> plus(const fixed18& other) const;
  [[nodiscard]] expected<fixed18, amount_error> minus(const fixed18& other) const;

  friend bool operator==(const fixed18& a, const fixed18& b) { return a.units_ == b.units_; }
  friend std::strong_ordering operator<=>(const fixed18& a, const fixed18& b) {
    const int c = a.units_.compare(b.units_);
    return c < 0 ? std::strong_ordering::less : c > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
  }

 private:
  explicit fixed18(int256 units) : units_{std::move(units)} {}
  int256 units_{};
};

struct shares_tag;
struct usd_tag;
/// Shares of one equity. Positive is long.
using shares = fixed18<shares_tag>;
/// US dollars (USDC counts as dollars).
using usd = fixed18<usd_tag>;

extern template class fixed18<shares_tag>;
extern template class fixed18<usd_tag>;

/// `raw / 10^decimals` at 18 decimals, truncated toward zero. Fails on overflow.
[[nodiscard]] expected<int256, amount_error> units_from_raw(const uint256& raw, unsigned decimals);

/// `a * b / c`, rounded half to even in the last unit. Fails on overflow and when c is zero.
[[nodiscard]] expected<int256, amount_error> mul_div_round(const int256& a, const int256& b, const int256& c);

/// Dollars per share as an exact ratio of two amounts; rounded only for display.
struct price {
  usd numerator;
  shares denominator;

  /// Rounded half up to `decimals` (0..18) digits, trailing zeros dropped. The denominator must not be zero.
  [[nodiscard]] std::string to_string(int decimals = amount_scale) const;
  friend bool operator==(const price&, const price&) = default;
};

}  // namespace hedgerow
