// Private: a record's JSON (RFC 8259) as a flat list of its values, in the order of the text: a container stands before
// what is in it, a member's name before its value. Strings stay where they are in the record, so parsing copies nothing
// and, once the list has its usual length, allocates nothing. Takes less than half the instructions of a general parser
// that builds a tree, and decoding is the largest part of what an event costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hedgerow::codec {

class json_document {
 public:
  enum class kind : std::uint8_t {
    null,
    boolean,
    integer,  // no fraction, no exponent, magnitude below 2^64
    number,   // any other number: no record has one, so its value is not kept
    string,
    array,
    object,
  };

  struct value {
    kind is = kind::null;
    /// Of an integer.
    bool negative = false;
    /// Of a member's name: a reader has asked for it.
    bool asked = false;
    /// Elements of an array, members of an object.
    std::uint32_t count = 0;
    /// Index of the value that follows this one and all that is in it. While it is being parsed: of the container around.
    std::uint32_t end = 0;
    /// Of an integer; 1 for true. Undefined for others.
    std::uint64_t magnitude = 0;
    /// Of a string, with its escapes resolved. Not checked for UTF-8. Undefined for others.
    std::string_view text;

    [[nodiscard]] bool is_integer() const { return is == kind::integer; }
    [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;
    [[nodiscard]] std::optional<std::int64_t> as_signed() const;
  };

  /// False when `text` is not one JSON value. Nesting costs memory, not stack, however deep. `text` must stay as long as
  /// values are looked at, and be shorter than 4 GiB.
  [[nodiscard]] bool parse(std::string_view text);
  /// After a failure: the byte at which it was noticed.
  [[nodiscard]] std::size_t error_offset() const { return static_cast<std::size_t>(at_ - begin_); }

  /// The value at an index; 0 is the root.
  [[nodiscard]] const value& operator[](std::uint32_t index) const { return values_[index]; }
  value& operator[](std::uint32_t index) { return values_[index]; }

 private:
  void skip_space();
  [[nodiscard]] bool take(char c);
  std::uint32_t add(kind k);
  /// Reads a value up to where another one has to follow: a container that is not empty is only opened.
  [[nodiscard]] bool read_value();
  [[nodiscard]] bool open(kind k, char closer);
  void close();
  /// Goes over what stands after a value: closes containers, and stops before the next value. False at an error.
  [[nodiscard]] bool after_value();
  [[nodiscard]] bool read_name();
  [[nodiscard]] bool read_string();
  [[nodiscard]] bool read_escape();
  [[nodiscard]] std::optional<std::uint32_t> read_code_unit();
  [[nodiscard]] bool read_number();
  [[nodiscard]] bool read_fraction_and_exponent();
  [[nodiscard]] bool read_word(std::string_view word, kind k, std::uint64_t magnitude);

  static constexpr std::uint32_t none = 0xffff'ffffU;

  /// The first `used_` are the document, the rest is left from earlier ones: clearing them would cost more than reading.
  std::vector<value> values_;
  std::uint32_t used_ = 0;
  /// Strings that had escapes, one after the other; never longer than the text, so it does not move while parsing.
  std::string unescaped_;
  const char* begin_ = nullptr;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  /// The innermost container that is not closed yet.
  std::uint32_t open_ = none;
};

}  // namespace hedgerow::codec
