// Private: reads the text that json_writer writes without parsing JSON first: a reader that knows the next member only
// has to compare its name. No white space, no escapes in strings, members in the order in which they are asked for; any
// other text is declined, whether it is JSON or not, and json_document decides about it.
#pragma once

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
  /// The name of a member, with a comma before it unless it is the first one of its object.
  bool take_name(std::string_view name, bool first);
  /// A string, an integer below 2^64, true or false; null when it is none of them. Valid until the next call.
  const json_document::value* take_scalar();

  [[nodiscard]] bool ended() const { return at_ == end_; }
  [[nodiscard]] const char* position() const { return at_; }
  void go_back_to(const char* position) { at_ = position; }

 private:
  bool take_string();
  bool take_integer();
  bool take_boolean(std::string_view word, bool value);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  json_document::value scalar_;
};

}  // namespace hedgerow::codec
