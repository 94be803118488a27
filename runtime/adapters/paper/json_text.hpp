// Writes JSON in the order of the calls. Numbers that are amounts are written as text: no binary floating point.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace hedgerow::paper {

class json_text {
 public:
  template <class Fill>
  void object(Fill fill) {
    writer_.StartObject();
    fill();
    writer_.EndObject();
  }
  template <class Fill>
  void object(std::string_view name, Fill fill) {
    key(name);
    object(fill);
  }
  template <class Fill>
  void array(Fill fill) {
    writer_.StartArray();
    fill();
    writer_.EndArray();
  }
  template <class Fill>
  void array(std::string_view name, Fill fill) {
    key(name);
    array(fill);
  }
  void item(std::string_view value) { string(value); }
  void text(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }
  void integer(std::string_view name, std::int64_t value) {
    key(name);
    writer_.Int64(value);
  }
  void boolean(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  /// `digits` as a JSON number; must be one.
  void number(std::string_view name, std::string_view digits) {
    key(name);
    writer_.RawValue(digits.data(), digits.size(), rapidjson::kNumberType);
  }
  /// Whole shares as the broker writes them: 100.0.
  void quantity(std::string_view name, std::int64_t whole) { number(name, std::to_string(whole) + ".0"); }
  /// Text that is JSON already.
  void raw(std::string_view name, std::string_view value) {
    key(name);
    writer_.RawValue(value.data(), value.size(), rapidjson::kObjectType);
  }

  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void string(std::string_view value) { writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace hedgerow::paper
