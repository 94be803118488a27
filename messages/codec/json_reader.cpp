#include "messages/codec/json_reader.hpp"

#include <charconv>

namespace hedgerow::codec {
namespace {

__extension__ using uint128 = unsigned __int128;

bool is_digits(std::string_view text) {
  for (char c : text)
    if (c < '0' || c > '9') return false;
  return true;
}

/// RFC 3629, as sequence lengths: enough to keep what is not UTF-8 out of the inside.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
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
  const auto dot = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, dot);
  std::string_view fraction = text.substr(dot);
  if (whole.empty() || whole.size() > 18 || !is_digits(whole)) return std::nullopt;
  if (!fraction.empty()) fraction.remove_prefix(1);
  if ((dot < text.size() && fraction.empty()) || fraction.size() > 18 || !is_digits(fraction)) return std::nullopt;
  std::uint64_t high = 0, low = 0;
  for (char c : whole) high = high * 10 + static_cast<unsigned>(c - '0');
  for (char c : fraction) low = low * 10 + static_cast<unsigned>(c - '0');
  for (std::size_t i = fraction.size(); i < 18; ++i) low *= 10;
  int256 units{uint128{high} * 1'000'000'000'000'000'000ULL + low};
  if (negative) units = -units;
  return units;
}

template <class Integer>
bool parse_integer(std::string_view text, Integer& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

object_reader::object_reader(const json::Value& object, read_state& state, const object_reader* parent,
                             std::string_view name)
    : object_{&object}, state_{&state}, parent_{parent}, name_{name} {}

std::string object_reader::path(std::string_view name) const {
  std::string text = parent_ != nullptr ? parent_->path(name_) : std::string{};
  if (!text.empty()) text += '.';
  return text.append(name);
}

void object_reader::fail(std::string_view name, decode_errc code, std::string_view what) {
  if (state_->failed) return;
  state_->failed = true;
  state_->error = {code, path(name).append(": ").append(what)};
}

const json::Value* object_reader::find(std::string_view name) {
  if (state_->failed) return nullptr;
  if (cursor_ < object_->MemberCount()) {
    const auto& member = object_->MemberBegin()[static_cast<std::ptrdiff_t>(cursor_)];
    if (view_of(member.name) == name) {
      ++cursor_;
      if (found_ < max_fields) asked_[found_] = name;
      ++found_;
      return &member.value;
    }
  }
  return find_slowly(name);
}

const json::Value* object_reader::find_slowly(std::string_view name) {
  for (json::SizeType i = 0; i < object_->MemberCount(); ++i) {
    const auto& member = object_->MemberBegin()[static_cast<std::ptrdiff_t>(i)];
    if (view_of(member.name) != name) continue;
    cursor_ = i + 1;
    if (found_ < max_fields) asked_[found_] = name;
    ++found_;
    return &member.value;
  }
  fail(name, decode_errc::missing_field, "missing");
  return nullptr;
}

void object_reader::finish() {
  // As many members as fields: none of them can stand there twice.
  if (state_->failed || found_ == object_->MemberCount()) return;
  for (json::SizeType i = 0; i < std::min<std::size_t>(found_, max_fields); ++i) {
    int times = 0;
    for (const auto& member : object_->GetObject()) times += view_of(member.name) == asked_[i] ? 1 : 0;
    if (times > 1) return bad(asked_[i], "stands there more than once");
  }
}

std::optional<std::string_view> object_reader::string_at(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsString()) return view_of(*found);
  bad(name, "not a string");
  return std::nullopt;
}

const json::Value* object_reader::array_at(std::string_view name) {
  const json::Value* found = find(name);
  if (found == nullptr || found->IsArray()) return found;
  bad(name, "not an array");
  return nullptr;
}

bool object_reader::is_null(std::string_view name) {
  const json::Value* found = find(name);
  return found == nullptr || found->IsNull();
}

void object_reader::text(std::string_view name, std::string& out) {
  const auto found = string_at(name);
  if (!found) return;
  if (!is_utf8(*found)) return bad(name, "not UTF-8");
  out.assign(*found);
}

void object_reader::texts(std::string_view name, std::vector<std::string>& out) {
  const json::Value* found = array_at(name);
  if (found == nullptr) return;
  out.clear();
  for (const auto& element : found->GetArray()) {
    if (!element.IsString() || !is_utf8(view_of(element))) return bad(name, "an element is not UTF-8 text");
    out.emplace_back(view_of(element));
  }
}

void object_reader::wide(std::string_view name, std::uint64_t& out) {
  const auto found = string_at(name);
  if (found && !parse_integer(*found, out)) bad(name, "not a decimal string of 64 bits");
}

void object_reader::wide_signed(std::string_view name, std::int64_t& out) {
  const auto found = string_at(name);
  if (found && !parse_integer(*found, out)) bad(name, "not a decimal string of 64 bits");
}

void object_reader::number(std::string_view name, std::uint64_t& out, std::uint64_t limit) {
  const json::Value* found = find(name);
  if (found == nullptr) return;
  if (!found->IsUint64() || found->GetUint64() > limit) return bad(name, "not an integer in its range");
  out = found->GetUint64();
}

void object_reader::number(std::string_view name, std::uint32_t& out) {
  std::uint64_t wide = out;
  number(name, wide, 0xffff'ffffU);
  out = static_cast<std::uint32_t>(wide);
}

void object_reader::boolean(std::string_view name, bool& out) {
  const json::Value* found = find(name);
  if (found == nullptr) return;
  if (!found->IsBool()) return bad(name, "not true or false");
  out = found->GetBool();
}

void object_reader::value(std::string_view name, timestamp& out) {
  const json::Value* found = find(name);
  if (found == nullptr) return;
  if (!found->IsInt64()) return bad(name, "not an integer number of microseconds");
  out.us = found->GetInt64();
}

void object_reader::value(std::string_view name, bytes& out) {
  const auto found = string_at(name);
  if (!found) return;
  if (auto result = parse_hex(*found)) {
    out = std::move(*result);
  } else {
    bad(name, "not hex");
  }
}

void object_reader::value(std::string_view name, side& out) {
  const auto found = string_at(name);
  if (!found) return;
  if (const auto result = parse_side(*found)) {
    out = *result;
  } else {
    bad(name, "neither BUY nor SELL");
  }
}

template <class Tag>
void object_reader::amount(std::string_view name, fixed18<Tag>& out) {
  const auto found = string_at(name);
  if (!found) return;
  if (auto units = small_units(*found)) {
    out = fixed18<Tag>::from_units(std::move(*units));
  } else if (auto result = fixed18<Tag>::parse(*found)) {
    out = std::move(*result);
  } else {
    bad(name, to_string(result.error()));
  }
}

template void object_reader::amount(std::string_view, shares&);
template void object_reader::amount(std::string_view, usd&);

}  // namespace hedgerow::codec
