// Private: finding the end of a run of characters that stand for themselves in a JSON string: no quote, no backslash,
// no control character (RFC 8259, 7).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace hedgerow::codec {

inline bool is_plain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

using plain_lanes [[gnu::vector_size(16)]] = unsigned char;

/// How many of 16 characters come before the first that is marked by bits in its lane.
inline std::size_t before_first(plain_lanes marked) {
  static_assert(std::endian::native == std::endian::little, "the first character is the lowest byte");
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(marked);
  if (halves[0] != 0) return static_cast<std::size_t>(std::countr_zero(halves[0])) / 8;
  if (halves[1] != 0) return 8 + static_cast<std::size_t>(std::countr_zero(halves[1])) / 8;
  return sizeof marked;
}

/// How many of the 16 characters from `at` on come before the first that is not plain. All at once, since log data is
/// kilobytes of hex digits.
inline std::size_t plain_characters(const char* at) {
  plain_lanes text;
  std::memcpy(&text, at, sizeof text);
  return before_first(std::bit_cast<plain_lanes>((text == '"') | (text == '\\') | (text < 0x20)));
}

/// The same, and characters beyond ASCII are not plain either.
inline std::size_t plain_ascii_characters(const char* at) {
  plain_lanes text;
  std::memcpy(&text, at, sizeof text);
  return before_first(std::bit_cast<plain_lanes>((text == '"') | (text == '\\') | (text < 0x20) | (text >= 0x80)));
}

}  // namespace hedgerow::codec
