// Private: strict getters over a parsed record. The first failure is kept, with the path of its field; everything after
// it does nothing, so that readers need no check per field.
#pragma once

// The SIMD setting changes inline functions: a namespace of its own keeps them apart from other users of RapidJSON.
#define RAPIDJSON_NAMESPACE hedgerow_codec_rapidjson
#if defined(__SSE4_2__)
#define RAPIDJSON_SSE42
#elif defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/document.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::codec {

namespace json = RAPIDJSON_NAMESPACE;

/// What all readers of one record share.
struct read_state {
  bool failed = false;
  decode_error error;
};

class object_reader {
 public:
  /// `object` must be a JSON object and outlive the reader.
  object_reader(const json::Value& object, read_state& state, const object_reader* parent = nullptr,
                std::string_view name = {});

  [[nodiscard]] bool ok() const { return !state_->failed; }
  [[nodiscard]] read_state& state() { return *state_; }
  /// Ends the reading of this object: a field that was read and stands there twice is an error.
  void finish();
  /// Records a failure at `name`, unless one is recorded already.
  void fail(std::string_view name, decode_errc code, std::string_view what);

  // Each sets `out`, or records why it cannot.
  void text(std::string_view name, std::string& out);
  /// Decimal string.
  void wide(std::string_view name, std::uint64_t& out);
  void wide_signed(std::string_view name, std::int64_t& out);
  /// JSON integer in [0, limit].
  void number(std::string_view name, std::uint64_t& out, std::uint64_t limit);
  void number(std::string_view name, std::uint32_t& out);
  /// Whole shares as a JSON integer.
  void quantity(std::string_view name, std::uint64_t& out) { number(name, out, std::uint64_t{1} << 53U); }
  void boolean(std::string_view name, bool& out);
  void value(std::string_view name, timestamp& out);
  void value(std::string_view name, bytes& out);
  void value(std::string_view name, symbol& out) { parsed(name, out, "not a symbol"); }
  void value(std::string_view name, order_id& out) { parsed(name, out, "not an order id"); }
  void value(std::string_view name, execution_id& out) { parsed(name, out, "not an execution id"); }
  void value(std::string_view name, address& out) { parsed(name, out, "not 20 bytes of hex"); }
  void value(std::string_view name, hash32& out) { parsed(name, out, "not 32 bytes of hex"); }
  void value(std::string_view name, shares& out) { amount(name, out); }
  void value(std::string_view name, usd& out) { amount(name, out); }
  void value(std::string_view name, side& out);
  /// Nothing for JSON null; the field must be there.
  template <class T>
  void value(std::string_view name, std::optional<T>& out);
  /// An enum with names in messages/events/names.hpp.
  template <class Enum>
  void name_of(std::string_view name, Enum& out);

  /// Calls `read(object_reader&)` for the object at `name`.
  template <class Read>
  void object(std::string_view name, Read&& read);
  /// Calls `read(object_reader&, T&)` for every object of the array at `name`.
  template <class T, class Read>
  void objects(std::string_view name, std::vector<T>& out, Read&& read);
  /// An array of strings, each parsed by T::parse.
  template <class T>
  void strings(std::string_view name, std::vector<T>& out);
  void texts(std::string_view name, std::vector<std::string>& out);
  /// Whether the value at `name` is null; the field must be there.
  [[nodiscard]] bool is_null(std::string_view name);
  /// The value at `name` as it is; null pointer when it is missing.
  [[nodiscard]] const json::Value* member(std::string_view name) { return find(name); }

 private:
  /// The member, which must be there. Fields are mostly asked for in the order in which they were written.
  const json::Value* find(std::string_view name);
  const json::Value* find_slowly(std::string_view name);
  std::optional<std::string_view> string_at(std::string_view name);
  const json::Value* array_at(std::string_view name);
  [[nodiscard]] std::string path(std::string_view name) const;
  void bad(std::string_view name, std::string_view what) { fail(name, decode_errc::bad_field, what); }

  template <class T>
  void parsed(std::string_view name, T& out, std::string_view what) {
    const auto found = string_at(name);
    if (!found) return;
    if (auto result = T::parse(*found)) {
      out = std::move(*result);
    } else {
      bad(name, what);
    }
  }
  template <class Tag>
  void amount(std::string_view name, fixed18<Tag>& out);

  static constexpr std::size_t max_fields = 32;
  const json::Value* object_;
  read_state* state_;
  const object_reader* parent_;
  std::string_view name_;
  json::SizeType cursor_ = 0;
  json::SizeType found_ = 0;
  std::array<std::string_view, max_fields> asked_;
};

/// Text of `value` as a view; valid as long as the document.
[[nodiscard]] inline std::string_view view_of(const json::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

template <class T>
void object_reader::value(std::string_view name, std::optional<T>& out) {
  if (is_null(name)) {
    out.reset();
    return;
  }
  --cursor_, --found_;  // is_null() consumed it
  T result{};
  value(name, result);
  if (ok()) out = std::move(result);
}

template <class Enum>
void object_reader::name_of(std::string_view name, Enum& out) {
  const auto found = string_at(name);
  if (!found) return;
  if (const auto result = parse_name<Enum>(*found)) {
    out = *result;
  } else {
    bad(name, "not one of its names");
  }
}

template <class Read>
void object_reader::object(std::string_view name, Read&& read) {
  const json::Value* found = find(name);
  if (found == nullptr) return;
  if (!found->IsObject()) return bad(name, "not an object");
  object_reader inner{*found, *state_, this, name};
  read(inner);
  inner.finish();
}

template <class T, class Read>
void object_reader::objects(std::string_view name, std::vector<T>& out, Read&& read) {
  const json::Value* found = array_at(name);
  if (found == nullptr) return;
  out.clear();
  out.reserve(found->Size());
  for (const auto& element : found->GetArray()) {
    if (!element.IsObject()) return bad(name, "an element is not an object");
    object_reader inner{element, *state_, this, name};
    read(inner, out.emplace_back());
    inner.finish();
    if (!ok()) return;
  }
}

template <class T>
void object_reader::strings(std::string_view name, std::vector<T>& out) {
  const json::Value* found = array_at(name);
  if (found == nullptr) return;
  out.clear();
  out.reserve(found->Size());
  for (const auto& element : found->GetArray()) {
    auto result = element.IsString() ? T::parse(view_of(element)) : std::nullopt;
    if (!result) return bad(name, "an element is ill-formed");
    out.push_back(std::move(*result));
  }
}

}  // namespace hedgerow::codec
