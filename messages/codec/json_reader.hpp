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

  // Fields are named by literals, so their names are compared in the caller; what follows is read elsewhere.

  /// Whether the field is there, or in text whether it comes next. For fields that are not written when they have their
  /// default value, as in all records from before there was such a field.
  [[nodiscard]] [[gnu::always_inline]] bool has(std::string_view name) {
    if (state_->failed) return false;
    if (!in_text()) return has_member(name);
    const auto* const before = state_->text.position();
    const bool next = state_->text.take_name(name, found_ == 0);
    state_->text.go_back_to(before);
    return next;
  }
  /// A string that only has to be compared with one without escapes; valid as long as the record. Nothing after a
  /// failure.
  [[nodiscard]] [[gnu::always_inline]] std::optional<std::string_view> string_at(std::string_view name) {
    std::string_view found;
    return go_to(name) && quoted(name, found) ? std::optional{found} : std::nullopt;
  }
  // Each sets `out`, or records why it cannot.
  [[gnu::always_inline]] void text(std::string_view name, std::string& out) {
    if (go_to(name)) read_text(name, out);
  }
  /// Decimal string.
  [[gnu::always_inline]] void wide(std::string_view name, std::uint64_t& out) {
    if (go_to(name)) read_wide(name, out);
  }
  [[gnu::always_inline]] void wide_signed(std::string_view name, std::int64_t& out) {
    if (go_to(name)) read_wide_signed(name, out);
  }
  /// JSON integer in [0, limit].
  [[gnu::always_inline]] void number(std::string_view name, std::uint64_t& out, std::uint64_t limit) {
    if (go_to(name)) read_number(name, out, limit);
  }
  [[gnu::always_inline]] void number(std::string_view name, std::uint32_t& out) {
    std::uint64_t wide = out;
    number(name, wide, 0xffff'ffffU);
    out = static_cast<std::uint32_t>(wide);
  }
  /// Whole shares as a JSON integer.
  [[gnu::always_inline]] void quantity(std::string_view name, std::uint64_t& out) {
    number(name, out, std::uint64_t{1} << 53U);
  }
  [[gnu::always_inline]] void boolean(std::string_view name, bool& out) {
    if (go_to(name)) read_boolean(name, out);
  }
  /// Anything that has a form of its own in records; see the overloads of read().
  template <class T>
  [[gnu::always_inline]] void value(std::string_view name, T& out) {
    if (go_to(name)) read(name, out);
  }
  /// Nothing for JSON null; the field must be there.
  template <class T>
  [[gnu::always_inline]] void value(std::string_view name, std::optional<T>& out) {
    if (go_to(name)) read(name, out);
  }
  /// An enum with names in messages/events/names.hpp.
  template <class Enum>
  [[gnu::always_inline]] void name_of(std::string_view name, Enum& out) {
    if (go_to(name)) read_name(name, out);
  }

  /// Calls `read(object_reader&)` for the object at `name`.
  template <class Read>
  [[gnu::always_inline]] void object(std::string_view name, Read&& read) {
    if (go_to(name)) read_object(name, read);
  }
  /// The same, and nothing for JSON null. The field must be there.
  template <class Read>
  [[gnu::always_inline]] void object_or_null(std::string_view name, Read&& read) {
    if (go_to(name) && !take_null()) read_object(name, read);
  }
  /// Calls `read(object_reader&, T&)` for every object of the array at `name`.
  template <class T, class Read>
  void objects(std::string_view name, std::vector<T>& out, Read&& read);
  /// An array of strings, each parsed by T::parse.
  template <class T>
  void strings(std::string_view name, std::vector<T>& out);
  void texts(std::string_view name, std::vector<std::string>& out);
  /// Begins the object at `name`, for a reader of its own. The result is its index in the document.
  [[nodiscard]] [[gnu::always_inline]] std::optional<std::uint32_t> begin_member(std::string_view name) {
    return go_to(name) ? begin_object(name) : std::nullopt;
  }

 private:
  [[nodiscard]] bool in_text() const { return state_->document == nullptr; }
  /// Text that is not as expected.
  void decline() { state_->failed = true; }
  /// Takes `c` from the text.
  bool expect(char c);

  /// Goes to the value of a member, which must be there. False after a failure.
  [[gnu::always_inline]] bool go_to(std::string_view name) {
    if (state_->failed) return false;
    if (!in_text()) return find(name);
    if (state_->text.take_name(name, found_++ == 0)) return true;
    decline();
    return false;
  }
  /// go_to() and has() in the document. Fields are mostly asked for in the order in which they were written.
  bool find(std::string_view name);
  bool find_slowly(std::string_view name);
  [[nodiscard]] bool has_member(std::string_view name) const;
  /// The value that go_to() found in the document.
  [[nodiscard]] const json_document::value& found() const { return at(value_); }

  // Each reads the value that go_to() found; `name` is for its error.
  [[nodiscard]] std::optional<std::uint32_t> begin_object(std::string_view name);
  /// Whether it is null, which is then read; any other value can still be read.
  [[nodiscard]] bool take_null() {
    return in_text() ? state_->text.take("null") : found().is == json_document::kind::null;
  }
  /// A string for a reader that refuses every character that JSON escapes or forbids. False after a failure.
  [[nodiscard]] bool quoted(std::string_view name, std::string_view& out);
  /// As an integer; null for text that is none.
  [[nodiscard]] const json_document::value* integer();
  void read_text(std::string_view name, std::string& out);
  void read_wide(std::string_view name, std::uint64_t& out);
  void read_wide_signed(std::string_view name, std::int64_t& out);
  void read_number(std::string_view name, std::uint64_t& out, std::uint64_t limit);
  void read_boolean(std::string_view name, bool& out);
  void read(std::string_view name, timestamp& out);
  void read(std::string_view name, bytes& out);
  void read(std::string_view name, symbol& out) { parsed(name, out, "not a symbol"); }
  void read(std::string_view name, order_id& out) { parsed(name, out, "not an order id"); }
  void read(std::string_view name, execution_id& out) { parsed(name, out, "not an execution id"); }
  void read(std::string_view name, address& out) { parsed(name, out, "not 20 bytes of hex"); }
  void read(std::string_view name, hash32& out) { parsed(name, out, "not 32 bytes of hex"); }
  void read(std::string_view name, shares& out) { amount(name, out); }
  void read(std::string_view name, usd& out) { amount(name, out); }
  void read(std::string_view name, side& out);
  template <class T>
  void read(std::string_view name, std::optional<T>& out);
  template <class Enum>
  void read_name(std::string_view name, Enum& out);
  template <class Read>
  void read_object(std::string_view name, Read& read);

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
    std::string_view text;
    if (!quoted(name, text)) return;
    if (auto result = T::parse(text)) {
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
  /// What go_to() found in the document.
  std::uint32_t value_ = 0;
  /// Members found so far.
  std::uint32_t found_ = 0;
};

template <class T>
void object_reader::read(std::string_view name, std::optional<T>& out) {
  if (take_null()) {
    out.reset();
    return;
  }
  T result{};
  read(name, result);
  if (ok()) out = std::move(result);
}

template <class Enum>
void object_reader::read_name(std::string_view name, Enum& out) {
  std::string_view text;
  if (!quoted(name, text)) return;
  if (const auto result = parse_name<Enum>(text)) {
    out = *result;
  } else {
    bad(name, "not one of its names");
  }
}

template <class Read>
void object_reader::read_object(std::string_view name, Read& read) {
  const auto begun = begin_object(name);
  if (!begun) return;
  object_reader inner{*begun, *state_, this, name};
  read(inner);
  inner.finish();
}

template <class Each>
void object_reader::elements(std::string_view name, Each&& each) {
  if (!go_to(name)) return;
  if (in_text()) {
    if (!expect('[') || state_->text.take(']')) return;
    do each(0);
    while (ok() && state_->text.take(','));
    if (ok()) expect(']');
    return;
  }
  const auto array = value_;
  if (at(array).is != json_document::kind::array) return bad(name, "not an array");
  for (auto element = array + 1; element != at(array).end && ok(); element = at(element).end) each(element);
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
