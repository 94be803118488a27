// Private: reads the text that json_writer writes without parsing JSON first: a reader that knows the next member only
// has to compare its name. No white space, no escapes in strings, members in the order in which they are asked for; any
// other text is declined, whether it is JSON or not, and json_document decides about it.
#pragma once

#include <cstring>
#include <string_view>

#include "messages/codec/json_document.hpp"

namespace hedgerow::codec {

class canonical_text {
 public:
  canonical_text() = default;
  /// `text` must outlive this object and the texts that it returns.
  explicit canonical_text(std::string_view text) : at_{text.data()}, end_{text.data() + text.size()} {}

  // Each function takes the named text and moves behind it, or reports that other text follows.
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word);
  /// The name of a member, with a comma before it unless it is the first one of its object. Always inline, as names are
  /// literals: comparing one is then a few instructions, and an event has forty of them.
  [[gnu::always_inline]] bool take_name(std::string_view name, bool first) {
    const auto* at = at_;
    if (static_cast<std::size_t>(end_ - at) < name.size() + 4) return false;  // with one character after the colon
    if (!first && *at++ != ',') return false;
    const auto* const behind = at + 1 + name.size();
    if (*at != '"' || std::memcmp(at + 1, name.data(), name.size()) != 0 || behind[0] != '"' || behind[1] != ':')
      return false;
    at_ = behind + 2;
    return true;
  }
  /// A string without escapes, and its content.
  bool take_string(std::string_view& content);
  /// The same for a reader that refuses every character that JSON escapes or forbids in a string: only the quotes are
  /// looked for.
  bool take_quoted(std::string_view& content);
  /// A string of decimal digits whose number is below 2^64.
  bool take_wide(std::uint64_t& number);
  /// An integer below 2^64; null when it is none. Valid until the next call.
  const json_document::value* take_integer();
  bool take_boolean(bool& value);

  [[nodiscard]] bool ended() const { return at_ == end_; }
  [[nodiscard]] const char* position() const { return at_; }
  void go_back_to(const char* position) { at_ = position; }

 private:
  /// Decimal digits, of which the number is below 2^64.
  bool take_digits(std::uint64_t& number);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  json_document::value integer_;
};

}  // namespace hedgerow::codec
