#include "messages/types/evm.hpp"

namespace hedgerow {
namespace {

/// Value of each hex digit, 0xff for other characters.
constexpr std::array<unsigned char, 256> make_nibbles() {
  std::array<unsigned char, 256> table{};
  table.fill(0xff);
  for (unsigned char c = 0; c < 10; ++c) table['0' + c] = c;
  for (unsigned char c = 0; c < 6; ++c) {
    table['a' + c] = static_cast<unsigned char>(10 + c);
    table['A' + c] = static_cast<unsigned char>(10 + c);
  }
  return table;
}
constexpr auto nibbles = make_nibbles();

bool decode(std::string_view digits, unsigned char* out) {
  unsigned bad = 0;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const unsigned high = nibbles[static_cast<unsigned char>(digits[i])];
    const unsigned low = nibbles[static_cast<unsigned char>(digits[i + 1])];
    bad |= (high | low) & 0xf0U;
    *out++ = static_cast<unsigned char>((high << 4U) | low);
  }
  return bad == 0;
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

std::string to_hex(std::basic_string_view<unsigned char> data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(2 + 2 * data.size(), '0');
  text[1] = 'x';
  char* out = text.data() + 2;
  for (unsigned char byte : data) {
    *out++ = digits[byte >> 4U];
    *out++ = digits[byte & 0x0fU];
  }
  return text;
}

}  // namespace hedgerow
