// Fixed-size values of the chain. Hex is lower case with 0x at every edge; comparison is on bytes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

using bytes = std::basic_string<unsigned char>;

/// `Size` bytes; `Tag` keeps addresses and hashes apart.
template <std::size_t Size, class Tag>
struct fixed_bytes {
  std::array<unsigned char, Size> value{};

  /// `0x` and exactly 2*Size hex digits of either case.
  [[nodiscard]] static std::optional<fixed_bytes> parse(std::string_view text);
  /// Lower-case hex with 0x.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool is_zero() const { return *this == fixed_bytes{}; }
  friend auto operator<=>(const fixed_bytes&, const fixed_bytes&) = default;
};

struct address_tag;
struct hash_tag;
using address = fixed_bytes<20, address_tag>;
using hash32 = fixed_bytes<32, hash_tag>;

extern template struct fixed_bytes<20, address_tag>;
extern template struct fixed_bytes<32, hash_tag>;

/// `0x` and an even number of hex digits; anything else is nothing.
[[nodiscard]] std::optional<bytes> parse_hex(std::string_view text);
[[nodiscard]] std::string to_hex(std::basic_string_view<unsigned char> data);
/// Writes 2*data.size() digits without 0x to `out`; returns where they end.
char* put_hex_digits(std::basic_string_view<unsigned char> data, char* out);

}  // namespace hedgerow
