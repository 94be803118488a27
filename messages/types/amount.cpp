#include "messages/types/amount.hpp"

#include <algorithm>
#include <array>

#include "messages/types/check.hpp"

namespace hedgerow {
namespace {

__extension__ using uint128 = unsigned __int128;

/// 10^exponent, of at most 18.
const int256& pow10(unsigned exponent) {
  static const auto powers = [] {
    std::array<int256, amount_scale + 1> table{1};
    for (std::size_t i = 1; i < table.size(); ++i) table[i] = table[i - 1] * 10;
    return table;
  }();
  HEDGEROW_CHECK(exponent < powers.size(), "a power of ten of the scale");
  return powers[exponent];
}

/// Text of a non-negative number of units at `scale` decimals, without trailing zeros.
std::string decimal_text(std::string digits, int scale, bool negative) {
  const auto width = static_cast<std::size_t>(scale);
  if (digits.size() <= width) digits.insert(0, width + 1 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - width);
  digits.resize(digits.size() - width);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  std::string text = negative ? "-" + digits : digits;
  if (!fraction.empty()) text.append(1, '.').append(fraction);
  return text;
}

/// Most amounts fit 128 bits; this path prints them without big-integer division.
std::string digits_of(const int256& magnitude) {
  if (boost::multiprecision::msb(magnitude | int256{1}) >= 127) return magnitude.str();
  auto value = static_cast<uint128>(magnitude);
  char buffer[40];
  char* p = buffer + sizeof buffer;
  do {
    *--p = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  return std::string(p, static_cast<std::size_t>(buffer + sizeof buffer - p));
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int256 number_of(std::string_view digits) {
  if (digits.size() <= 36) {
    uint128 value = 0;
    for (char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
    return int256{value};
  }
  int256 value{0};
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::string_view to_string(amount_error error) {
  switch (error) {
    case amount_error::not_a_number: return "not a decimal number";
    case amount_error::too_many_decimals: return "more than 18 decimals";
    case amount_error::overflow: return "amount does not fit 256 bits";
    case amount_error::division_by_zero: return "division by zero";
  }
  return "unknown";
}

const int256& amount_unit() { return pow10(amount_scale); }

template <class Tag>
expected<fixed18<Tag>, amount_error> fixed18<Tag>::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction)) return unexpected(amount_error::not_a_number);
  if (dot != std::string_view::npos && fraction.empty()) return unexpected(amount_error::not_a_number);
  if (fraction.size() > amount_scale) return unexpected(amount_error::too_many_decimals);
  // 2^256 has 78 digits; longer text cannot fit and must not cost quadratic time.
  if (whole.size() > 78) return unexpected(amount_error::overflow);
  try {
    int256 units = number_of(whole) * amount_unit();
    if (!fraction.empty())
      units +=
          number_of(fraction) * pow10(static_cast<unsigned>(amount_scale) - static_cast<unsigned>(fraction.size()));
    return fixed18{negative ? int256{-units} : units};
  } catch (const std::exception&) {
    return unexpected(amount_error::overflow);
  }
}

template <class Tag>
std::string fixed18<Tag>::to_string() const {
  return decimal_text(digits_of(units_.sign() < 0 ? int256{-units_} : units_), amount_scale, units_.sign() < 0);
}

template <class Tag>
int256 fixed18<Tag>::whole_abs() const {
  return (units_.sign() < 0 ? int256{-units_} : units_) / amount_unit();
}

template <class Tag>
expected<fixed18<Tag>, amount_error> fixed18<Tag>::plus(const fixed18& other) const {
  try {
    return fixed18{int256{units_ + other.units_}};
  } catch (const std::exception&) {
    return unexpected(amount_error::overflow);
  }
}

template <class Tag>
expected<fixed18<Tag>, amount_error> fixed18<Tag>::minus(const fixed18& other) const {
  return plus(-other);
}

template class fixed18<shares_tag>;
template class fixed18<usd_tag>;

expected<int256, amount_error> units_from_raw(const uint256& raw, unsigned decimals) {
  if (decimals > amount_scale) {
    const unsigned drop = decimals - static_cast<unsigned>(amount_scale);
    // 10^78 exceeds every uint256, so the quotient is zero; it also exceeds what the divisor could hold.
    if (drop >= 78) return int256{0};
    uint256 divisor{1};
    for (unsigned i = 0; i < drop; ++i) divisor *= 10;
    return int256{raw / divisor};
  }
  try {
    return int256{int256{raw} * pow10(static_cast<unsigned>(amount_scale) - decimals)};
  } catch (const std::exception&) {
    return unexpected(amount_error::overflow);
  }
}

expected<int256, amount_error> mul_div_round(const int256& a, const int256& b, const int256& c) {
  if (c.is_zero()) return unexpected(amount_error::division_by_zero);
  try {
    const int512 product = int512{a} * int512{b};
    const int512 divisor{c};
    int512 quotient = product / divisor;
    const int512 remainder = product - quotient * divisor;
    const int512 twice = abs(remainder) * 2;
    const int512 magnitude = abs(divisor);
    const bool odd = (abs(quotient) & 1) != 0;
    if (twice > magnitude || (twice == magnitude && odd)) quotient += (product.sign() * divisor.sign() < 0) ? -1 : 1;
    return int256{quotient};
  } catch (const std::exception&) {
    return unexpected(amount_error::overflow);
  }
}

std::string price::to_string(int decimals) const {
  HEDGEROW_CHECK(!denominator.is_zero(), "a price needs a quantity");
  HEDGEROW_CHECK(decimals >= 0 && decimals <= amount_scale, "0 to 18 decimals");
  const bool negative = numerator.sign() * denominator.sign() < 0;
  const int512 top = abs(int512{numerator.units()}) * int512{pow10(static_cast<unsigned>(decimals))};
  const int512 bottom = abs(int512{denominator.units()});
  const int512 rounded = (top * 2 + bottom) / (bottom * 2);
  return decimal_text(rounded.str(), decimals, negative && rounded != 0);
}

}  // namespace hedgerow
