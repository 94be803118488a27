#include "messages/codec/json_document.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace hedgerow::codec {
namespace {

/// After a record of unusual size the memory is given back.
constexpr std::size_t kept_values = 4096;
constexpr std::size_t kept_text = std::size_t{64} * 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A quote, a backslash or a control character: what ends a run of plain characters in a string.
bool is_special(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

/// Where the run of plain characters from `at` on ends. 16 characters at a time: log data is kilobytes of hex digits.
const char* end_of_run(const char* at, const char* end) {
  using lanes [[gnu::vector_size(16)]] = unsigned char;
  static_assert(std::endian::native == std::endian::little, "the first character is the lowest byte");
  for (; static_cast<std::size_t>(end - at) >= sizeof(lanes); at += sizeof(lanes)) {
    lanes text;
    std::memcpy(&text, at, sizeof text);
    const auto special = std::bit_cast<std::array<std::uint64_t, 2>>((text == '"') | (text == '\\') | (text < 0x20));
    if (special[0] != 0) return at + std::countr_zero(special[0]) / 8;
    if (special[1] != 0) return at + 8 + std::countr_zero(special[1]) / 8;
  }
  while (at != end && !is_special(*at)) ++at;
  return at;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0U | (code >> 6U));
  } else {
    if (code < 0x10000) {
      put(0xe0U | (code >> 12U));
    } else {
      put(0xf0U | (code >> 18U));
      put(0x80U | ((code >> 12U) & 0x3fU));
    }
    put(0x80U | ((code >> 6U) & 0x3fU));
  }
  put(0x80U | (code & 0x3fU));
}

}  // namespace

std::optional<std::uint64_t> json_document::value::as_unsigned() const {
  if (is != kind::integer || (negative && magnitude != 0)) return std::nullopt;
  return magnitude;
}

std::optional<std::int64_t> json_document::value::as_signed() const {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (is != kind::integer || magnitude > largest + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

bool json_document::parse(std::string_view text) {
  if (values_.size() > kept_values) std::vector<value>{}.swap(values_);
  if (unescaped_.capacity() > kept_text) std::string{}.swap(unescaped_);
  used_ = 0;
  unescaped_.clear();
  begin_ = at_ = text.data();
  end_ = begin_ + text.size();
  open_ = none;
  do {
    skip_space();
    if (!read_value()) return false;
  } while (open_ != none);
  skip_space();
  return at_ == end_;
}

inline void json_document::skip_space() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
}

inline bool json_document::take(char c) {
  if (at_ == end_ || *at_ != c) return false;
  ++at_;
  return true;
}

inline std::uint32_t json_document::add(kind k) {
  if (used_ == values_.size()) values_.resize(std::max<std::size_t>(64, 2 * values_.size()));
  auto& added = values_[used_];
  added.is = k;
  added.negative = added.asked = false;
  added.count = 0;
  added.end = used_ + 1;
  return used_++;
}

bool json_document::read_value() {
  if (at_ == end_) return false;
  switch (*at_) {
    case '"':
      if (!read_string()) return false;
      break;
    case '{': return open(kind::object, '}');
    case '[': return open(kind::array, ']');
    case 'n':
      if (!read_word("null", kind::null, 0)) return false;
      break;
    case 't':
      if (!read_word("true", kind::boolean, 1)) return false;
      break;
    case 'f':
      if (!read_word("false", kind::boolean, 0)) return false;
      break;
    default:
      if (!read_number()) return false;
  }
  return after_value();
}

bool json_document::open(kind k, char closer) {
  ++at_;
  const auto index = add(k);
  values_[index].end = open_;
  open_ = index;
  skip_space();
  if (take(closer)) {
    close();
    return after_value();
  }
  values_[index].count = 1;
  return k == kind::array || read_name();
}

inline void json_document::close() {
  auto& closed = values_[open_];
  open_ = closed.end;
  closed.end = used_;
}

bool json_document::after_value() {
  while (open_ != none) {
    auto& around = values_[open_];
    skip_space();
    if (take(',')) {
      ++around.count;
      if (around.is == kind::array) return true;
      skip_space();
      return read_name();
    }
    if (!take(around.is == kind::object ? '}' : ']')) return false;
    close();
  }
  return true;
}

bool json_document::read_name() {
  if (at_ == end_ || *at_ != '"' || !read_string()) return false;
  skip_space();
  return take(':');
}

bool json_document::read_string() {
  const char* run = ++at_;
  at_ = end_of_run(at_, end_);
  if (at_ != end_ && *at_ == '"') {
    values_[add(kind::string)].text = {run, static_cast<std::size_t>(at_ - run)};
    ++at_;
    return true;
  }
  // With escapes: what they stand for is put together elsewhere.
  if (unescaped_.capacity() < static_cast<std::size_t>(end_ - begin_))
    unescaped_.reserve(static_cast<std::size_t>(end_ - begin_));
  const std::size_t first = unescaped_.size();
  for (;;) {
    unescaped_.append(run, at_);
    if (at_ == end_) return false;
    if (*at_ == '"') break;
    if (*at_ != '\\' || !read_escape()) return false;
    run = at_;
    at_ = end_of_run(at_, end_);
  }
  ++at_;
  values_[add(kind::string)].text = std::string_view{unescaped_}.substr(first);
  return true;
}

bool json_document::read_escape() {
  ++at_;
  if (at_ == end_) return false;
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (const auto which = letters.find(*at_); which != std::string_view::npos) {
    unescaped_.push_back(meanings[which]);
    ++at_;
    return true;
  }
  const auto unit = read_code_unit();
  if (!unit) return false;
  std::uint32_t code = *unit;
  if (code >= 0xd800 && code <= 0xdfff) {  // half of a pair: the first half, and the other one has to follow
    if (code >= 0xdc00 || !take('\\')) return false;
    const auto low = read_code_unit();
    if (!low || *low < 0xdc00 || *low > 0xdfff) return false;
    code = 0x10000U + ((code - 0xd800U) << 10U) + (*low - 0xdc00U);
  }
  append_utf8(unescaped_, code);
  return true;
}

/// `u` and four hex digits.
std::optional<std::uint32_t> json_document::read_code_unit() {
  if (!take('u') || end_ - at_ < 4) return std::nullopt;
  std::uint32_t code = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = *at_;
    const auto letter = static_cast<char>(c | 0x20);
    if (is_digit(c))
      code = code * 16 + static_cast<std::uint32_t>(c - '0');
    else if (letter >= 'a' && letter <= 'f')
      code = code * 16 + static_cast<std::uint32_t>(letter - 'a' + 10);
    else
      return std::nullopt;
  }
  return code;
}

bool json_document::read_number() {
  // Longer ones say nothing that a record needs; a limit keeps them from being costly.
  constexpr std::ptrdiff_t max_digits = 400;
  constexpr std::ptrdiff_t always_fit = 19;
  const bool negative = take('-');
  const char* first = at_;
  const char* last = first;  // a local: a member would be stored at every digit
  std::uint64_t magnitude = 0;
  for (; last != end_ && is_digit(*last); ++last) magnitude = magnitude * 10 + static_cast<std::uint64_t>(*last - '0');
  const auto digits = last - first;
  if (digits == 0 || digits > max_digits || (*first == '0' && digits > 1)) return false;
  at_ = last;
  if (!read_fraction_and_exponent()) return false;
  bool integer = at_ == last;
  if (digits > always_fit)
    integer = integer && std::from_chars(first, last, magnitude).ec == std::errc{};
  auto& added = values_[add(integer ? kind::integer : kind::number)];
  added.negative = negative;
  added.magnitude = magnitude;
  return true;
}

/// Both may be missing. Refuses what is certainly beyond every binary64, as most parsers do.
bool json_document::read_fraction_and_exponent() {
  const auto digits = [this] {
    const char* first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ - first;
  };
  if (take('.') && digits() == 0) return false;
  if (at_ == end_ || (*at_ != 'e' && *at_ != 'E')) return true;
  ++at_;
  if (!take('+')) (void)take('-');
  const auto count = digits();
  return count > 0 && count <= 3;
}

bool json_document::read_word(std::string_view word, kind k, std::uint64_t magnitude) {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
    return false;
  at_ += word.size();
  values_[add(k)].magnitude = magnitude;
  return true;
}

}  // namespace hedgerow::codec
