// Private: the number that a run of decimal digits stands for. Records have a time of sixteen digits in every third
// field and amounts of eighteen decimals, so eight digits are taken at once where there are as many.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace hedgerow::codec {

/// So many digits always fit 64 bits.
inline constexpr int safe_digits = std::numeric_limits<std::uint64_t>::digits10;

/// Whether all eight characters are digits. Their high halves are 3, and stay 3 when 6 is added to the low ones.
inline bool are_digits(std::uint64_t eight) {
  constexpr std::uint64_t high_halves = 0xf0f0'f0f0'f0f0'f0f0U;
  constexpr std::uint64_t threes = 0x3030'3030'3030'3030U;
  return (eight & high_halves) == threes && ((eight + 0x0606'0606'0606'0606U) & high_halves) == threes;
}

/// The number of eight digits, the first of which is the lowest byte: neighbours are joined to numbers of two, four and
/// eight digits, all pairs at once.
inline std::uint64_t number_of(std::uint64_t eight) {
  static_assert(std::endian::native == std::endian::little, "the first digit is the lowest byte");
  const auto twos = ((eight & 0x0f0f'0f0f'0f0f'0f0fU) * (10 * (1U << 8U) + 1)) >> 8U;
  const auto fours = ((twos & 0x00ff'00ff'00ff'00ffU) * (100 * (1U << 16U) + 1)) >> 16U;
  return ((fours & 0x0000'ffff'0000'ffffU) * (10'000 * (std::uint64_t{1} << 32U) + 1)) >> 32U;
}

/// Reads digits from `at` on, up to `end`, into `number`. Returns what follows them. Their number must be safe_digits
/// at most, or else `number` is undefined.
inline const char* read_digits(const char* at, const char* end, std::uint64_t& number) {
  number = 0;
  for (std::uint64_t eight = 0; end - at >= static_cast<std::ptrdiff_t>(sizeof eight); at += sizeof eight) {
    std::memcpy(&eight, at, sizeof eight);
    if (!are_digits(eight)) break;
    number = number * 100'000'000 + number_of(eight);
  }
  for (; at != end && *at >= '0' && *at <= '9'; ++at) number = number * 10 + static_cast<unsigned>(*at - '0');
  return at;
}

}  // namespace hedgerow::codec
