// Private: JSON text in hand-chosen order, without a document in between.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::codec {

/// Appends to a buffer that the thread keeps from call to call; the caller gets one exact copy. One writer per thread
/// at a time. Numbers: 64-bit integers are decimal strings, since a JSON number is only exact to 2^53 for many readers;
/// times (µs), quantities of whole shares, counters of 32 bits are JSON numbers.
class json_writer {
 public:
  json_writer();
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  /// Name of the next member. `name` needs no escaping. Always inline, as names are literals: copying one is then a few
  /// stores, and an event has forty of them. In a large source the compiler would not do it by itself.
  [[gnu::always_inline]] void key(std::string_view name) {
    need(name.size() + 4);
    separate();
    *at_++ = '"';
    copy(name.data(), name.size());
    *at_++ = '"';
    *at_++ = ':';
    comma_ = false;
  }

  /// Free text. Bytes that are not UTF-8 become U+FFFD, so that the result is always JSON.
  void text(std::string_view value);
  /// Text that is known to need no escaping.
  void plain(std::string_view value) {
    need(value.size() + 3);
    separate();
    *at_++ = '"';
    copy(value.data(), value.size());
    *at_++ = '"';
  }
  /// A JSON number.
  void number(std::int64_t value);
  /// A decimal string.
  void wide(std::uint64_t value);
  void wide_signed(std::int64_t value);
  void boolean(bool value);
  void null();
  void hex(const unsigned char* data, std::size_t size);
  void amount(const int256& units);

  template <class Tag>
  void value(const fixed18<Tag>& v) {
    amount(v.units());
  }
  template <std::size_t Size, class Tag>
  void value(const fixed_bytes<Size, Tag>& v) {
    hex(v.value.data(), Size);
  }
  void value(const bytes& v) { hex(v.data(), v.size()); }
  void value(const symbol& v) { plain(v.str()); }
  void value(const order_id& v) { plain(v.str()); }
  void value(side v) { plain(to_string(v)); }
  void value(timestamp v) { number(v.us); }
  void value(const execution_id& v);
  template <class T>
  void value(const std::optional<T>& v) {
    if (v) {
      value(*v);
    } else {
      null();
    }
  }

  /// key() and value() in one.
  template <class T>
  [[gnu::always_inline]] void field(std::string_view name, const T& v) {
    key(name);
    value(v);
  }
  [[gnu::always_inline]] void text_field(std::string_view name, std::string_view v) { key(name), text(v); }
  [[gnu::always_inline]] void plain_field(std::string_view name, std::string_view v) { key(name), plain(v); }
  [[gnu::always_inline]] void wide_field(std::string_view name, std::uint64_t v) { key(name), wide(v); }
  [[gnu::always_inline]] void number_field(std::string_view name, std::int64_t v) { key(name), number(v); }

  [[nodiscard]] std::string str() const { return {begin_, static_cast<std::size_t>(at_ - begin_)}; }

 private:
  /// Room for `count` more bytes.
  void need(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) [[unlikely]]
      grow(count);
  }
  void grow(std::size_t count);
  void separate() {
    if (comma_) *at_++ = ',';
    comma_ = true;
  }
  void open(char bracket) {
    need(2);
    separate();
    *at_++ = bracket;
    comma_ = false;
  }
  void close(char bracket) {
    need(1);
    *at_++ = bracket;
    comma_ = true;
  }
  void copy(const char* data, std::size_t size) {
    std::memcpy(at_, data, size);
    at_ += size;
  }
  /// Needs room for longest_number characters, and one for the sign, however few it takes.
  void put(std::uint64_t value);
  void put_signed(std::int64_t value);

  static constexpr std::size_t longest_number = 20;

  char* begin_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
  bool comma_ = false;
};

}  // namespace hedgerow::codec
