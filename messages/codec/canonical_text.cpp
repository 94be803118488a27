#include "messages/codec/canonical_text.hpp"

#include <charconv>
#include <cstring>

#include "messages/codec/digit_run.hpp"
#include "messages/codec/plain_run.hpp"

namespace hedgerow::codec {
namespace {

const char* end_of_run(const char* at, const char* end) {
  constexpr std::ptrdiff_t lanes = sizeof(plain_lanes);
  while (end - at >= lanes) {
    const auto plain = static_cast<std::ptrdiff_t>(plain_characters(at));
    at += plain;
    if (plain < lanes) return at;
  }
  while (at != end && is_plain(*at)) ++at;
  return at;
}

}  // namespace

bool canonical_text::take(std::string_view word) {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0)
    return false;
  at_ += word.size();
  return true;
}

bool canonical_text::take_string(std::string_view& content) {
  const auto* const before = at_;
  if (!take('"')) return false;
  const auto* const begin = at_;
  at_ = end_of_run(begin, end_);
  content = {begin, static_cast<std::size_t>(at_ - begin)};
  if (take('"')) return true;
  at_ = before;
  return false;
}

bool canonical_text::take_quoted(std::string_view& content) {
  if (at_ == end_ || *at_ != '"') return false;
  const auto* const begin = at_ + 1;
  const auto* const end = static_cast<const char*>(std::memchr(begin, '"', static_cast<std::size_t>(end_ - begin)));
  if (end == nullptr) return false;
  content = {begin, static_cast<std::size_t>(end - begin)};
  at_ = end + 1;
  return true;
}

bool canonical_text::take_wide(std::uint64_t& number) {
  const auto* const before = at_;
  if (take('"') && take_digits(number) && take('"')) return true;
  at_ = before;
  return false;
}

const json_document::value* canonical_text::take_integer() {
  const auto* const before = at_;
  integer_.is = json_document::kind::integer;
  integer_.negative = take('-');
  const auto* const begin = at_;
  // JSON has no leading zeros, and json_writer no minus zero.
  if (take_digits(integer_.magnitude) && (*begin != '0' || (!integer_.negative && at_ - begin == 1))) return &integer_;
  at_ = before;
  return nullptr;
}

bool canonical_text::take_boolean(bool& value) {
  value = take("true");
  return value || take("false");
}

bool canonical_text::take_digits(std::uint64_t& number) {
  const auto* const begin = at_;
  at_ = read_digits(begin, end_, number);
  if (at_ - begin <= safe_digits) return at_ != begin;
  return std::from_chars(begin, at_, number).ec == std::errc{};
}

}  // namespace hedgerow::codec
