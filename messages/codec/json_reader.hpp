// Private: strict getters over a parsed record. The first failure is kept, with the path of its field; everything after
// it does nothing, so that readers need no check per field.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/codec/codec.hpp"
#include "messages/codec/json_document.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::codec {

/// What all readers of one record share.
struct read_state {
  json_document* document = nullptr;
  bool failed = false;
  decode_error error;
};

class object_reader {
 public:
  /// `object` is the index of a JSON object in the document of `state`.
  object_reader(std::uint32_t object, read_state& state, const object_reader* parent = nullptr,
                std::string_view name = {})
      : state_{&state}, parent_{parent}, name_{name}, object_{object}, cursor_{object + 1} {}

  [[nodiscard]] bool ok() const { return !state_->failed; }
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
  /// The same, and nothing for JSON null. The field must be there.
  template <class Read>
  void object_or_null(std::string_view name, Read&& read);
  /// Calls `read(object_reader&, T&)` for every object of the array at `name`.
  template <class T, class Read>
  void objects(std::string_view name, std::vector<T>& out, Read&& read);
  /// An array of strings, each parsed by T::parse.
  template <class T>
  void strings(std::string_view name, std::vector<T>& out);
  void texts(std::string_view name, std::vector<std::string>& out);
  /// The index of the object at `name`; nothing when it is not there or something else.
  [[nodiscard]] std::optional<std::uint32_t> object_at(std::string_view name);

 private:
  /// The index of a member's value; the member must be there. Fields are mostly asked for in the order in which they
  /// were written.
  std::optional<std::uint32_t> find(std::string_view name);
  std::optional<std::uint32_t> find_slowly(std::string_view name);
  /// The same, as the value.
  const json_document::value* value_at(std::string_view name);
  std::optional<std::string_view> string_at(std::string_view name);
  std::optional<std::uint32_t> array_at(std::string_view name);
  /// Whether the value at `name` is null, which is then read; else it can be asked for once more.
  [[nodiscard]] bool skip_null(std::string_view name);
  [[nodiscard]] const json_document::value& at(std::uint32_t index) const { return (*state_->document)[index]; }
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

  read_state* state_;
  const object_reader* parent_;
  std::string_view name_;
  std::uint32_t object_;
  /// The name after the one found last.
  std::uint32_t cursor_;
  /// Members found so far.
  std::uint32_t found_ = 0;
};

template <class T>
void object_reader::value(std::string_view name, std::optional<T>& out) {
  if (skip_null(name)) {
    out.reset();
    return;
  }
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
  const auto found = object_at(name);
  if (!found) return;
  object_reader inner{*found, *state_, this, name};
  read(inner);
  inner.finish();
}

template <class Read>
void object_reader::object_or_null(std::string_view name, Read&& read) {
  if (!skip_null(name)) object(name, read);
}

template <class T, class Read>
void object_reader::objects(std::string_view name, std::vector<T>& out, Read&& read) {
  const auto found = array_at(name);
  if (!found) return;
  out.clear();
  out.reserve(at(*found).count);
  for (auto element = *found + 1; element != at(*found).end; element = at(element).end) {
    if (at(element).is != json_document::kind::object) return bad(name, "an element is not an object");
    object_reader inner{element, *state_, this, name};
    read(inner, out.emplace_back());
    inner.finish();
    if (!ok()) return;
  }
}

template <class T>
void object_reader::strings(std::string_view name, std::vector<T>& out) {
  const auto found = array_at(name);
  if (!found) return;
  out.clear();
  out.reserve(at(*found).count);
  for (auto element = *found + 1; element != at(*found).end; element = at(element).end) {
    const auto& e = at(element);
    auto result = e.is == json_document::kind::string ? T::parse(e.text) : std::nullopt;
    if (!result) return bad(name, "an element is ill-formed");
    out.push_back(std::move(*result));
  }
}

}  // namespace hedgerow::codec
