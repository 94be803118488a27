#include "messages/codec/json_reader.hpp"

#include <cstring>

#include "messages/codec/digit_run.hpp"

namespace hedgerow::codec {
namespace {

__extension__ using uint128 = unsigned __int128;

/// Length of the part before the first group of 8 bytes that are not all ASCII; nearly all text is nothing else.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t length = 0;
  for (std::uint64_t group = 0; text.size() - length >= sizeof group; length += sizeof group) {
    std::memcpy(&group, text.data() + length, sizeof group);
    if ((group & 0x8080'8080'8080'8080ULL) != 0) break;
  }
  return length;
}

/// RFC 3629, as sequence lengths: enough to keep text that is not UTF-8 out of the events.
bool is_utf8(std::string_view text) {
  for (std::size_t i = ascii_prefix(text); i < text.size();) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const unsigned first = byte(i);
    if (first < 0x80U) {
      ++i;
      continue;
    }
    const std::size_t length = first >= 0xf0U ? 4 : first >= 0xe0U ? 3 : 2;
    if (first < 0xc2U || first > 0xf4U) return false;
    for (std::size_t k = 1; k < length; ++k)
      if ((byte(i + k) & 0xc0U) != 0x80U) return false;
    const unsigned second = byte(i + 1);
    if ((first == 0xe0U && second < 0xa0U) || (first == 0xedU && second >= 0xa0U) ||
        (first == 0xf0U && second < 0x90U) || (first == 0xf4U && second >= 0x90U))
      return false;
    i += length;
  }
  return true;
}

/// Amounts whose digits fit 128 bits, which is nearly all of them, without big-integer arithmetic.
std::optional<int256> small_units(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto* at = text.data();
  const auto* const end = at + text.size();
  // The number of a run of 1 to 18 digits from `at` on.
  const auto run = [&](std::uint64_t& number) {
    const auto* const begin = std::exchange(at, read_digits(at, end, number));
    return at != begin && at - begin <= amount_scale ? at - begin : 0;
  };
  std::uint64_t whole = 0;
  std::uint64_t fraction = 0;
  if (run(whole) == 0) return std::nullopt;
  if (at != end) {
    if (*at++ != '.') return std::nullopt;
    const auto decimals = run(fraction);
    if (decimals == 0 || at != end) return std::nullopt;
    for (auto i = decimals; i < amount_scale; ++i) fraction *= 10;
  }
  int256 units{uint128{whole} * 1'000'000'000'000'000'000ULL + fraction};
  if (negative) units = -units;
  return units;
}

}  // namespace

std::string object_reader::path(std::string_view name) const {
  std::string text = parent_ != nullptr ? parent_->path(name_) : std::string{};
  if (!text.empty()) text += '.';
  return text.append(name);
}

void object_reader::fail(std::string_view name, decode_errc code, std::string_view what) {
  if (state_->failed) return;
  state_->failed = true;
  if (!in_text()) state_->error = {code, path(name).append(": ").append(what)};
}

bool object_reader::expect(char c) {
  if (state_->text.take(c)) return true;
  decline();
  return false;
}

bool object_reader::find(std::string_view name) {
  auto& document = *state_->document;
  if (cursor_ == document[object_].end || document[cursor_].text != name) return find_slowly(name);
  document[cursor_].asked = true;
  ++found_;
  value_ = cursor_ + 1;
  cursor_ = document[value_].end;
  return true;
}

bool object_reader::find_slowly(std::string_view name) {
  auto& document = *state_->document;
  for (auto member = object_ + 1; member != document[object_].end; member = document[member + 1].end) {
    if (document[member].text != name) continue;
    cursor_ = member;
    return find(name);
  }
  fail(name, decode_errc::missing_field, "missing");
  return false;
}

bool object_reader::has_member(std::string_view name) const {
  for (auto member = object_ + 1; member != at(object_).end; member = at(member + 1).end)
    if (at(member).text == name) return true;
  return false;
}

void object_reader::finish() {
  refuse_duplicates();
  if (in_text() && ok()) expect('}');
}

void object_reader::refuse_duplicates() {
  if (in_text()) return;
  // As many members as fields: none of them can stand there twice.
  if (state_->failed || found_ == at(object_).count) return;
  const auto next = [this](std::uint32_t member) { return at(member + 1).end; };
  const auto end = at(object_).end;
  for (auto asked = object_ + 1; asked != end; asked = next(asked)) {
    if (!at(asked).asked) continue;
    for (auto other = object_ + 1; other != end; other = next(other))
      if (other != asked && at(other).text == at(asked).text) return bad(at(asked).text, "stands there more than once");
  }
}

std::optional<std::uint32_t> object_reader::begin_object(std::string_view name) {
  if (in_text()) return expect('{') ? std::optional{0U} : std::nullopt;
  if (found().is == json_document::kind::object) return value_;
  bad(name, "not an object");
  return std::nullopt;
}

std::optional<std::uint32_t> object_reader::begin_element(std::uint32_t element, std::string_view name) {
  if (in_text() ? expect('{') : at(element).is == json_document::kind::object) return element;
  bad(name, "an element is not an object");
  return std::nullopt;
}

std::optional<std::string_view> object_reader::string_in(std::uint32_t element) const {
  std::string_view content;
  if (in_text()) return state_->text.take_string(content) ? std::optional{content} : std::nullopt;
  return at(element).is == json_document::kind::string ? std::optional{at(element).text} : std::nullopt;
}

bool object_reader::quoted(std::string_view name, std::string_view& out) {
  if (in_text()) {
    if (!state_->text.take_quoted(out)) decline();
  } else if (found().is == json_document::kind::string) {
    out = found().text;
  } else {
    bad(name, "not a string");
  }
  return ok();
}

void object_reader::read_text(std::string_view name, std::string& out) {
  std::string_view content;
  if (in_text() ? !state_->text.take_string(content) : found().is != json_document::kind::string)
    return bad(name, "not a string");
  if (!in_text()) content = found().text;
  if (!is_utf8(content)) return bad(name, "not UTF-8");
  out = std::string{content};
}

void object_reader::texts(std::string_view name, std::vector<std::string>& out) {
  out.clear();
  elements(name, [&](std::uint32_t element) {
    const auto text = string_in(element);
    if (!text || !is_utf8(*text)) return bad(name, "an element is not UTF-8 text");
    out.emplace_back(*text);
  });
}

void object_reader::read_wide(std::string_view name, std::uint64_t& out) {
  if (in_text()) {
    if (!state_->text.take_wide(out)) decline();
    return;
  }
  std::string_view text;
  if (quoted(name, text) && !parse_integer(text, out)) bad(name, "not a decimal string of 64 bits");
}

void object_reader::read_wide_signed(std::string_view name, std::int64_t& out) {
  std::string_view text;
  if (quoted(name, text) && !parse_integer(text, out)) bad(name, "not a decimal string of 64 bits");
}

const json_document::value* object_reader::integer() { return in_text() ? state_->text.take_integer() : &found(); }

void object_reader::read_number(std::string_view name, std::uint64_t& out, std::uint64_t limit) {
  const auto* value = integer();
  const auto number = value != nullptr ? value->as_unsigned() : std::nullopt;
  if (!number || *number > limit) return bad(name, "not an integer in its range");
  out = *number;
}

void object_reader::read_boolean(std::string_view name, bool& out) {
  if (in_text()) {
    if (!state_->text.take_boolean(out)) decline();
    return;
  }
  if (found().is != json_document::kind::boolean) return bad(name, "not true or false");
  out = found().magnitude != 0;
}

void object_reader::read(std::string_view name, timestamp& out) {
  const auto* value = integer();
  const auto us = value != nullptr ? value->as_signed() : std::nullopt;
  if (!us) return bad(name, "not an integer number of microseconds");
  out.us = *us;
}

void object_reader::read(std::string_view name, bytes& out) {
  std::string_view text;
  if (!quoted(name, text)) return;
  if (auto result = parse_hex(text)) {
    out = std::move(*result);
  } else {
    bad(name, "not hex");
  }
}

void object_reader::read(std::string_view name, side& out) {
  std::string_view text;
  if (!quoted(name, text)) return;
  if (const auto result = parse_side(text)) {
    out = *result;
  } else {
    bad(name, "neither BUY nor SELL");
  }
}

template <class Tag>
void object_reader::amount(std::string_view name, fixed18<Tag>& out) {
  std::string_view text;
  if (!quoted(name, text)) return;
  if (auto units = small_units(text)) {
    out = fixed18<Tag>::from_units(std::move(*units));
  } else if (auto result = fixed18<Tag>::parse(text)) {
    out = std::move(*result);
  } else {
    bad(name, to_string(result.error()));
  }
}

template void object_reader::amount(std::string_view, shares&);
template void object_reader::amount(std::string_view, usd&);

}  // namespace hedgerow::codec
