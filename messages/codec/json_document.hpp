// Private: a record's JSON (RFC 8259) as a flat list of its values, in the order of the text: a container comes
// before its content, a member's name before its value. RapidJSON parses in place, in a copy of the record, and reports
// each value; strings stay in that copy, so once list and copy have their usual size nothing is allocated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
    /// The sign of an integer.
    bool negative = false;
    /// For a member's name: a reader has asked for it.
    bool asked = false;
    /// Elements of an array, members of an object.
    std::uint32_t count = 0;
    /// Index of the value that follows this one and all that is in it. While it is being parsed: of the container
    /// around.
    std::uint32_t end = 0;
    /// The value of an integer; 1 for true. Undefined for others.
    std::uint64_t magnitude = 0;
    /// The content of a string, with its escapes resolved. Not checked for UTF-8: an escape, too, can stand for half a
    /// surrogate pair. Undefined for others.
    std::string_view text;

    [[nodiscard]] bool is_integer() const { return is == kind::integer; }
    [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;
    [[nodiscard]] std::optional<std::int64_t> as_signed() const;
  };

  json_document();
  ~json_document();
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;

  /// False when `text`, shorter than 4 GiB, is not one JSON value. Nesting costs memory, not stack, however deep. The
  /// values are there until the next call; `text` is not needed for them.
  [[nodiscard]] bool parse(std::string_view text);
  /// After a failure, the byte at which it was noticed; for an escape or a number that is too large, its first byte.
  [[nodiscard]] std::size_t error_offset() const { return error_offset_; }

  /// The value at an index; 0 is the root.
  [[nodiscard]] const value& operator[](std::uint32_t index) const { return values_[index]; }
  value& operator[](std::uint32_t index) { return values_[index]; }

 private:
  class builder;
  struct parser;

  /// The first `used_` are the document, the rest is left from earlier ones: clearing them would cost more than
  /// reading.
  std::vector<value> values_;
  std::uint32_t used_ = 0;
  /// The record, its strings with their escapes resolved, then NUL bytes; longer from earlier ones.
  std::vector<char> text_;
  std::size_t error_offset_ = 0;
  std::unique_ptr<parser> parser_;
};

}  // namespace hedgerow::codec
