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

/// The value of each of 16 digits; where a character is none, `good` loses bits.
inline lanes8 values_of(lanes8 text, lanes8& good) {
  const lanes8 digit = text - '0';
  const lanes8 letter = (text | 0x20) - 'a';  // either case; no other character becomes a letter by it
  const auto is_digit = std::bit_cast<lanes8>(digit < 10);
  const auto is_letter = std::bit_cast<lanes8>(letter < 6);
  good &= is_digit | is_letter;
  return (text & 0x0f) + (is_letter & 9);  // the letters' low halves count from 1, and they stand for 10 and more
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
inline void decode_block(const char* digits, unsigned char* out, lanes8& good) {
  lanes8 text;
  std::memcpy(&text, digits, digits_at_once);
  const auto pairs = std::bit_cast<lanes16>(values_of(text, good));
  const std::uint64_t packed = low_halves((pairs << 4) | (pairs >> 8));
  std::memcpy(out, &packed, bytes_at_once);
}

/// False when one of the digits is none; their number must be even.
bool decode(std::string_view digits, unsigned char* out) {
  lanes8 good = ~lanes8{};
  if (digits.size() >= digits_at_once) {
    const char* at = digits.data();
    const char* const last = at + (digits.size() - digits_at_once);
    for (; at < last; at += digits_at_once, out += bytes_at_once) decode_block(at, out, good);
    // The last ones as a whole block, too, which may begin in the block before: an address has two and a half.
    decode_block(last, out - (at - last) / 2, good);
  } else if (!digits.empty()) {
    std::array<char, digits_at_once> some;
    some.fill('0');
    std::memcpy(some.data(), digits.data(), digits.size());
    std::array<unsigned char, bytes_at_once> result;
    decode_block(some.data(), result.data(), good);
    std::memcpy(out, result.data(), digits.size() / 2);
  }
  return std::bit_cast<std::array<std::uint64_t, 2>>(~good) == std::array<std::uint64_t, 2>{};
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
  auto* const end = out + 2 * data.size();
  if (data.size() >= bytes_at_once) {
    const auto* const last = data.data() + (data.size() - bytes_at_once);
    for (const auto* at = data.data(); at < last; at += bytes_at_once, out += digits_at_once) encode_block(at, out);
    // As above: the last block may begin in the one before.
    encode_block(last, end - digits_at_once);
  } else if (!data.empty()) {
    std::array<unsigned char, bytes_at_once> some{};
    std::memcpy(some.data(), data.data(), data.size());
    std::array<char, digits_at_once> digits;
    encode_block(some.data(), digits.data());
    std::memcpy(out, digits.data(), 2 * data.size());
  }
  return end;
}

std::string to_hex(std::basic_string_view<unsigned char> data) {
  std::string text(2 + 2 * data.size(), '0');
  text[1] = 'x';
  put_hex_digits(data, text.data() + 2);
  return text;
}

}  // namespace hedgerow
