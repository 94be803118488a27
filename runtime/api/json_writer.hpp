// JSON answers of the API and the admin endpoint.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <string>
#include <string_view>

#include "messages/types/time.hpp"

namespace hedgerow::api {

/// Writes one JSON value; amounts are given as text and stay text.
class json_writer {
 public:
  void begin_object() { writer_.StartObject(); }
  void end_object() { writer_.EndObject(); }
  void begin_array() { writer_.StartArray(); }
  void end_array() { writer_.EndArray(); }
  void key(std::string_view name) { writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())); }
  void text(std::string_view value) { writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size())); }
  void null() { writer_.Null(); }

  void field(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void field(std::string_view name, const char* value) { field(name, std::string_view{value}); }
  void field(std::string_view name, const std::string& value) { field(name, std::string_view{value}); }
  void field(std::string_view name, std::same_as<bool> auto value) {
    key(name);
    writer_.Bool(value);
  }
  void field(std::string_view name, std::unsigned_integral auto value) requires(!std::same_as<decltype(value), bool>) {
    key(name);
    writer_.Uint64(value);
  }
  void field(std::string_view name, std::signed_integral auto value) {
    key(name);
    writer_.Int64(value);
  }
  /// RFC 3339; null for the zero time, which means "not known".
  void field(std::string_view name, timestamp value) {
    if (value.us != 0) return field(name, std::string_view{to_rfc3339(value)});
    key(name);
    null();
  }

  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace hedgerow::api
