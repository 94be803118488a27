#include "messages/types/evm.hpp"

#include <bit>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace hedgerow {
namespace {

// Log data is kilobytes of hex, and hashes are hex, too, so 16 digits are converted at once, in vectors that the
// compiler maps to the machine's SIMD: a third of the instructions of a table lookup for each digit.
using lanes8 [[gnu::vector_size(16)]] = unsigned char;
using lanes16 [[gnu::vector_size(16)]] = std::uint16_t;
static_assert(std::endian::native == std::endian::little, "the first of two digits is the low half of its lane");

constexpr std::size_t digits_at_once = sizeof(lanes8);
constexpr std::size_t bytes_at_once = digits_at_once / 2;

/// The value of each of 16 digits; where a character is none, `bad` gets bits.
inline lanes8 values_of(lanes8 text, lanes8& bad) {
  const lanes8 digit = text - '0';
  const lanes8 letter = (text | 0x20) - 'a';  // either case; no other character becomes a letter by it
  const auto is_digit = std::bit_cast<lanes8>(digit < 10);
  const auto is_letter = std::bit_cast<lanes8>(letter < 6);
  bad |= ~(is_digit | is_letter);
  return (digit & is_digit) | ((letter + 10) & is_letter);
}

/// The low byte of each lane, side by side.
inline std::uint64_t low_halves(lanes16 lanes) {
  lanes &= 0xff;
#if defined(__SSE2__)
  // One instruction that the compiler does not find; every x86-64 has it.
  const auto raw = std::bit_cast<__m128i>(lanes);
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_packus_epi16(raw, raw)));
#else
  std::uint64_t packed = 0;
  for (std::size_t i = 0; i < bytes_at_once; ++i) packed |= std::uint64_t{lanes[i]} << (8 * i);
  return packed;
#endif
}

/// 16 digits to 8 bytes.
inline void decode_block(const char* digits, unsigned char* out, lanes8& bad) {
  lanes8 text;
  std::memcpy(&text, digits, digits_at_once);
  const auto pairs = std::bit_cast<lanes16>(values_of(text, bad));
  const std::uint64_t packed = low_halves((pairs << 4) | (pairs >> 8));
  std::memcpy(out, &packed, bytes_at_once);
}

/// False when one of the digits is none; their number must be even.
bool decode(std::string_view digits, unsigned char* out) {
  lanes8 bad{};
  for (; digits.size() >= digits_at_once; digits.remove_prefix(digits_at_once), out += bytes_at_once)
    decode_block(digits.data(), out, bad);
  if (!digits.empty()) {
    std::array<char, digits_at_once> rest;
    rest.fill('0');
    std::memcpy(rest.data(), digits.data(), digits.size());
    std::array<unsigned char, bytes_at_once> result;
    decode_block(rest.data(), result.data(), bad);
    std::memcpy(out, result.data(), digits.size() / 2);
  }
  return std::bit_cast<std::array<std::uint64_t, 2>>(bad) == std::array<std::uint64_t, 2>{};
}

/// 8 bytes to 16 digits.
inline void encode_block(const unsigned char* data, char* out) {
  lanes8 some{};
  std::memcpy(&some, data, bytes_at_once);
  const lanes8 twice = __builtin_shufflevector(some, some, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  const auto wide = std::bit_cast<lanes16>(twice);
  const auto digits = std::bit_cast<lanes8>(((wide >> 4) & 0x0f) | (wide & 0x0f00));
  const lanes8 text = digits + '0' + (std::bit_cast<lanes8>(digits > 9) & ('a' - '0' - 10));
  std::memcpy(out, &text, digits_at_once);
}

}  // namespace

template <std::size_t Size, class Tag>
std::optional<fixed_bytes<Size, Tag>> fixed_bytes<Size, Tag>::parse(std::string_view text) {
  fixed_bytes result;
  if (text.size() != 2 + 2 * Size || !text.starts_with("0x") || !decode(text.substr(2), result.value.data()))
    return std::nullopt;
  return result;
}

template <std::size_t Size, class Tag>
std::string fixed_bytes<Size, Tag>::to_string() const {
  return to_hex({value.data(), value.size()});
}

template struct fixed_bytes<20, address_tag>;
template struct fixed_bytes<32, hash_tag>;

std::optional<bytes> parse_hex(std::string_view text) {
  if (!text.starts_with("0x") || text.size() % 2 != 0) return std::nullopt;
  text.remove_prefix(2);
  bytes result(text.size() / 2, 0);
  if (!decode(text, result.data())) return std::nullopt;
  return result;
}

char* put_hex_digits(std::basic_string_view<unsigned char> data, char* out) {
  for (; data.size() >= bytes_at_once; data.remove_prefix(bytes_at_once), out += digits_at_once)
    encode_block(data.data(), out);
  if (data.empty()) return out;
  std::array<unsigned char, bytes_at_once> rest{};
  std::memcpy(rest.data(), data.data(), data.size());
  std::array<char, digits_at_once> digits;
  encode_block(rest.data(), digits.data());
  std::memcpy(out, digits.data(), 2 * data.size());
  return out + 2 * data.size();
}

std::string to_hex(std::basic_string_view<unsigned char> data) {
  std::string text(2 + 2 * data.size(), '0');
  text[1] = 'x';
  put_hex_digits(data, text.data() + 2);
  return text;
}

}  // namespace hedgerow
