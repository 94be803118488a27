// Private: strict getters over a record. The first failure is kept, with the path of its field; everything after it
// does nothing, so that readers need no check per field. They read from a parsed document, or from text that stands in
// the form that json_writer gives it; then any failure only means that the document has to be asked.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/codec/canonical_text.hpp"
#include "messages/codec/codec.hpp"
#include "messages/codec/json_document.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::codec {

/// What all readers of one record share.
struct read_state {
  /// If null, read from `text`.
  json_document* document = nullptr;
  canonical_text text;
  bool failed = false;
  decode_error error;
};

/// The whole text as a decimal number. False when it is none, or does not fit.
template <class Integer>
[[nodiscard]] bool parse_integer(std::string_view text, Integer& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

class object_reader {
 public:
  /// `object` is the index of a JSON object in the document of `state`. In text, what follows its opening brace is
  /// next.
  object_reader(std::uint32_t object, read_state& state, const object_reader* parent = nullptr,
                std::string_view name = {})
      : state_{&state}, parent_{parent}, name_{name}, object_{object}, cursor_{object + 1} {}

  [[nodiscard]] bool ok() const { return !state_->failed; }
  /// Ends the reading of this object.
  void finish();
  /// A field that was read so far and occurs twice is an error.
  void refuse_duplicates();
  /// Records a failure at `name`, unless one is recorded already.
  void fail(std::string_view name, decode_errc code, std::string_view what);

  /// Whether the field is there, or in text whether it comes next. For fields that are not written when they have their
  /// default value, as in all records from before there was such a field.
  [[nodiscard]] bool has(std::string_view name);
  /// A string, valid as long as the record; nothing after a failure.
  [[nodiscard]] std::optional<std::string_view> string_at(std::string_view name);
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
  /// Begins the object at `name`, for a reader of its own. The result is its index in the document.
  [[nodiscard]] std::optional<std::uint32_t> begin_member(std::string_view name);

 private:
  [[nodiscard]] bool in_text() const { return state_->document == nullptr; }
  /// Text that is not as expected.
  void decline() { state_->failed = true; }
  /// Takes `c` from the text.
  bool expect(char c);
  /// Takes a name from the text.
  bool enter(std::string_view name);

  /// In the document: the index of a member's value; the member must be there. Fields are mostly asked for in the order
  /// in which they were written.
  std::optional<std::uint32_t> find(std::string_view name);
  std::optional<std::uint32_t> find_slowly(std::string_view name);
  /// A member that is neither an object nor an array; null after a failure.
  const json_document::value* value_at(std::string_view name);
  /// Whether the value at `name` is null, which is then read; any other value can be asked for again.
  [[nodiscard]] bool skip_null(std::string_view name);
  /// Begins an element of an array that is an object.
  std::optional<std::uint32_t> begin_element(std::uint32_t element, std::string_view name);
  /// An element of an array as a string.
  std::optional<std::string_view> string_in(std::uint32_t element) const;
  /// Calls `each(element)` for the elements of the array at `name`, as long as nothing fails.
  template <class Each>
  void elements(std::string_view name, Each&& each);
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
  const auto found = begin_member(name);
  if (!found) return;
  object_reader inner{*found, *state_, this, name};
  read(inner);
  inner.finish();
}

template <class Read>
void object_reader::object_or_null(std::string_view name, Read&& read) {
  if (!skip_null(name)) object(name, read);
}

template <class Each>
void object_reader::elements(std::string_view name, Each&& each) {
  if (in_text()) {
    if (!enter(name) || !expect('[') || state_->text.take(']')) return;
    do each(0);
    while (ok() && state_->text.take(','));
    if (ok()) expect(']');
    return;
  }
  const auto found = find(name);
  if (!found) return;
  if (at(*found).is != json_document::kind::array) return bad(name, "not an array");
  for (auto element = *found + 1; element != at(*found).end && ok(); element = at(element).end) each(element);
}

template <class T, class Read>
void object_reader::objects(std::string_view name, std::vector<T>& out, Read&& read) {
  out.clear();
  elements(name, [&](std::uint32_t element) {
    const auto found = begin_element(element, name);
    if (!found) return;
    object_reader inner{*found, *state_, this, name};
    read(inner, out.emplace_back());
    inner.finish();
  });
}

template <class T>
void object_reader::strings(std::string_view name, std::vector<T>& out) {
  out.clear();
  elements(name, [&](std::uint32_t element) {
    const auto text = string_in(element);
    auto result = text ? T::parse(*text) : std::nullopt;
    if (!result) return bad(name, "an element is ill-formed");
    out.push_back(std::move(*result));
  });
}

}  // namespace hedgerow::codec
