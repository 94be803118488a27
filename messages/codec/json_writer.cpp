#include "messages/codec/json_writer.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "messages/codec/plain_run.hpp"

namespace hedgerow::codec {
namespace {

__extension__ using uint128 = unsigned __int128;

std::vector<char>& thread_buffer() {
  thread_local std::vector<char> buffer(8 * 1024);
  return buffer;
}

/// "00" to "99": half as many divisions as digit by digit.
constexpr std::array<char, 200> make_two_digits() {
  std::array<char, 200> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
  return table;
}
constexpr auto two_digits = make_two_digits();

constexpr std::size_t kept_capacity = std::size_t{1} << 20U;

/// Characters that cannot be copied as they are: quotes, backslashes, controls, and everything beyond ASCII.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) table[c] = c < 0x20 || c >= 0x80 || c == '"' || c == '\\';
  return table;
}
constexpr auto special = make_special();

/// Length of the part before the first special character.
std::size_t plain_prefix(std::string_view text) {
  std::size_t length = 0;
  for (; text.size() - length >= sizeof(plain_lanes); length += sizeof(plain_lanes))
    if (const auto plain = plain_ascii_characters(text.data() + length); plain < sizeof(plain_lanes))
      return length + plain;
  while (length < text.size() && !special[static_cast<unsigned char>(text[length])]) ++length;
  return length;
}

/// Length of the UTF-8 sequence at the start of `text`, zero when it is not one (RFC 3629: no surrogates, no overlong).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80U) return 1;
  if (first >= 0xc2U && first <= 0xdfU) return tail(1) ? 2 : 0;
  if (first >= 0xe0U && first <= 0xefU) {
    const bool overlong = first == 0xe0U && byte(1) < 0xa0U;
    const bool surrogate = first == 0xedU && byte(1) >= 0xa0U;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0U && first <= 0xf4U) {
    const bool overlong = first == 0xf0U && byte(1) < 0x90U;
    const bool beyond = first == 0xf4U && byte(1) >= 0x90U;
    return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

/// Writes the escape of an ASCII character that needs one; returns its length (at most 6).
std::size_t escape(char c, char* out) {
  static constexpr char hex[] = "0123456789abcdef";
  char letter = 0;
  switch (c) {
    case '"': letter = '"'; break;
    case '\\': letter = '\\'; break;
    case '\n': letter = 'n'; break;
    case '\r': letter = 'r'; break;
    case '\t': letter = 't'; break;
    default: break;
  }
  out[0] = '\\';
  if (letter != 0) {
    out[1] = letter;
    return 2;
  }
  const auto code = static_cast<unsigned char>(c);
  std::memcpy(out + 1, "u00", 3);
  out[4] = hex[code >> 4U];
  out[5] = hex[code & 0x0fU];
  return 6;
}

}  // namespace

json_writer::json_writer() {
  auto& buffer = thread_buffer();
  if (buffer.size() > kept_capacity) std::vector<char>(8 * 1024).swap(buffer);
  begin_ = at_ = buffer.data();
  end_ = begin_ + buffer.size();
}

void json_writer::grow(std::size_t count) {
  auto& buffer = thread_buffer();
  const auto used = static_cast<std::size_t>(at_ - begin_);
  buffer.resize(std::max(buffer.size() * 2, used + count));
  begin_ = buffer.data();
  at_ = begin_ + used;
  end_ = begin_ + buffer.size();
}

void json_writer::text(std::string_view value) {
  // The longest escape is six bytes for one.
  need(value.size() * 6 + 3);
  separate();
  *at_++ = '"';
  while (!value.empty()) {
    const auto run = plain_prefix(value);
    copy(value.data(), run);
    value.remove_prefix(run);
    if (value.empty()) break;
    if (static_cast<unsigned char>(value.front()) < 0x80U) {
      at_ += escape(value.front(), at_);
      value.remove_prefix(1);
    } else if (const std::size_t length = sequence_length(value); length != 0) {
      copy(value.data(), length);
      value.remove_prefix(length);
    } else {
      copy("\xEF\xBF\xBD", 3);
      value.remove_prefix(1);
    }
  }
  *at_++ = '"';
}

void json_writer::put(std::uint64_t value) {
  // From the end, as the number of digits shows then only. A copy of fixed size is a few stores.
  std::array<char, 2 * longest_number> buffer{};
  char* const end = buffer.data() + longest_number;
  char* begin = end;
  for (; value >= 10; value /= 100) std::memcpy(begin -= 2, two_digits.data() + 2 * (value % 100), 2);
  if (value != 0 || begin == end) *--begin = static_cast<char>('0' + value);
  std::memcpy(at_, begin, longest_number);
  at_ += end - begin;
}

void json_writer::put_signed(std::int64_t value) {
  if (value < 0) *at_++ = '-';
  put(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value));
}

void json_writer::number(std::int64_t value) {
  need(longest_number + 2);
  separate();
  put_signed(value);
}

void json_writer::wide(std::uint64_t value) {
  need(longest_number + 4);
  separate();
  *at_++ = '"';
  put(value);
  *at_++ = '"';
}

void json_writer::wide_signed(std::int64_t value) {
  need(longest_number + 4);
  separate();
  *at_++ = '"';
  put_signed(value);
  *at_++ = '"';
}

void json_writer::boolean(bool value) {
  need(6);
  separate();
  value ? copy("true", 4) : copy("false", 5);
}

void json_writer::null() {
  need(5);
  separate();
  copy("null", 4);
}

void json_writer::hex(const unsigned char* data, std::size_t size) {
  need(2 * size + 5);
  separate();
  copy("\"0x", 3);
  at_ = put_hex_digits({data, size}, at_);
  *at_++ = '"';
}

void json_writer::value(const execution_id& v) {
  need(v.symbol.str().size() + longest_number + 4);
  separate();
  *at_++ = '"';
  copy(v.symbol.str().data(), v.symbol.str().size());
  *at_++ = ':';
  put(v.sequence);
  *at_++ = '"';
}

void json_writer::amount(const int256& units) {
  const auto& backend = units.backend();
  static_assert(sizeof(*backend.limbs()) == 8, "two limbs are 128 bits");
  if (backend.size() > 2 || (backend.size() == 2 && backend.limbs()[1] >> 59U != 0)) {
    plain(shares::from_units(units).to_string());
    return;
  }
  // The common case: whole part and fraction each fit 64 bits.
  uint128 magnitude = backend.limbs()[0];
  if (backend.size() == 2) magnitude |= uint128{backend.limbs()[1]} << 64U;
  constexpr std::uint64_t unit = 1'000'000'000'000'000'000ULL;
  // A division of 128 bits is a function, one of 64 by a constant a multiplication.
  const std::uint64_t whole =
      backend.size() == 1 ? backend.limbs()[0] / unit : static_cast<std::uint64_t>(magnitude / unit);
  auto fraction = static_cast<std::uint64_t>(magnitude - uint128{whole} * unit);
  need(2 * longest_number + 8);
  separate();
  *at_++ = '"';
  if (backend.sign()) *at_++ = '-';
  put(whole);
  if (fraction != 0) {
    *at_++ = '.';
    for (int i = amount_scale; i > 0; fraction /= 100)
      std::memcpy(at_ + (i -= 2), two_digits.data() + 2 * (fraction % 100), 2);
    at_ += amount_scale;
    while (at_[-1] == '0') --at_;
  }
  *at_++ = '"';
}

}  // namespace hedgerow::codec
