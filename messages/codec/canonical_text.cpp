#include "messages/codec/canonical_text.hpp"

#include <charconv>
#include <cstring>

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

bool canonical_text::take_name(std::string_view name, bool first) {
  const auto* const before = at_;
  if ((first || take(',')) && take('"') && take(name) && take('"') && take(':')) return true;
  at_ = before;
  return false;
}

const json_document::value* canonical_text::take_scalar() {
  if (at_ == end_) return nullptr;
  const auto taken = [this] {
    switch (*at_) {
      case '"': return take_string();
      case 't': return take_boolean("true", true);
      case 'f': return take_boolean("false", false);
      default: return take_integer();
    }
  };
  return taken() ? &scalar_ : nullptr;
}

bool canonical_text::take_string() {
  const auto* const begin = at_ + 1;
  const auto* const end = end_of_run(begin, end_);
  if (end == end_ || *end != '"') return false;
  at_ = end + 1;
  scalar_.is = json_document::kind::string;
  scalar_.text = {begin, static_cast<std::size_t>(end - begin)};
  return true;
}

bool canonical_text::take_integer() {
  const bool negative = *at_ == '-';
  const auto* const begin = at_ + (negative ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, end_, scalar_.magnitude);
  if (error != std::errc{}) return false;
  // JSON has no leading zeros, and json_writer no minus zero.
  if (*begin == '0' && (negative || end - begin > 1)) return false;
  at_ = end;
  scalar_.is = json_document::kind::integer;
  scalar_.negative = negative;
  return true;
}

bool canonical_text::take_boolean(std::string_view word, bool value) {
  if (!take(word)) return false;
  scalar_.is = json_document::kind::boolean;
  scalar_.magnitude = value ? 1 : 0;
  return true;
}

}  // namespace hedgerow::codec
