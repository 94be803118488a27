// The bytes of a record that was read. They do not change, and records that came together may share their memory:
// copying them apart costs more than all that is done with most of them.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hedgerow {

class payload {
 public:
  payload() = default;
  payload(std::string text)
      : payload{std::make_shared<const std::string>(std::move(text))} {}  // NOLINT: a value is its bytes
  payload(const char* text) : payload{std::string{text}} {}               // NOLINT: a value is its bytes
  /// Bytes that live as long as `owner`.
  payload(std::string_view text, std::shared_ptr<const void> owner) : owner_{std::move(owner)}, text_{text} {}

  operator std::string_view() const { return text_; }  // NOLINT: a value is its bytes
  [[nodiscard]] std::string str() const { return std::string{text_}; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  template <class Text>
  requires std::convertible_to<const Text&, std::string_view>
  friend bool operator==(const payload& a, const Text& b) { return a.text_ == std::string_view{b}; }

 private:
  explicit payload(std::shared_ptr<const std::string> text) : owner_{text}, text_{*text} {}

  std::shared_ptr<const void> owner_;
  std::string_view text_;
};

/// The same, in memory of its own.
[[nodiscard]] inline std::optional<std::string> copy_of(const std::optional<payload>& value) {
  return value ? std::optional{value->str()} : std::nullopt;
}

}  // namespace hedgerow
