#include "runtime/adapters/schwab/json_text_numbers.hpp"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>

namespace hedgerow::schwab {
namespace {

using rapidjson::SizeType;

/// Marks the text of a number inside the document. A JSON string that starts with it is refused.
constexpr char number_mark = '\x01';

/// Builds the document, with marked strings in place of numbers.
struct builder {
  rapidjson::Document& out;

  bool Null() { return out.Null(); }
  bool Bool(bool b) { return out.Bool(b); }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, SizeType size, bool) {
    std::string marked(1, number_mark);
    marked.append(text, size);
    return out.String(marked.data(), static_cast<SizeType>(marked.size()), true);
  }
  bool String(const char* text, SizeType size, bool copy) {
    if (size > 0 && text[0] == number_mark) return false;
    return out.String(text, size, copy);
  }
  bool StartObject() { return out.StartObject(); }
  bool Key(const char* text, SizeType size, bool copy) { return out.Key(text, size, copy); }
  bool EndObject(SizeType count) { return out.EndObject(count); }
  bool StartArray() { return out.StartArray(); }
  bool EndArray(SizeType count) { return out.EndArray(count); }
};

std::string_view view(const json& value) { return {value.GetString(), value.GetStringLength()}; }

bool is_number(const json& value) {
  return value.IsString() && value.GetStringLength() > 0 && value.GetString()[0] == number_mark;
}

}  // namespace

expected<rapidjson::Document, std::string> parse_json(std::string_view text) {
  constexpr unsigned flags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  bool good = false;
  const auto generate = [&](rapidjson::Document& out) {
    rapidjson::MemoryStream stream{text.data(), text.size()};
    rapidjson::Reader reader;
    builder handler{out};
    good = !reader.Parse<flags>(stream, handler).IsError();
    return good;
  };
  document.Populate(generate);
  if (!good) return unexpected(std::string{"the answer is not JSON"});
  return document;
}

const json* member(const json& object, const char* name) {
  if (!object.IsObject()) return nullptr;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

std::optional<std::string_view> number_of(const json* value) {
  if (value == nullptr || !is_number(*value)) return std::nullopt;
  return view(*value).substr(1);
}

std::optional<std::string_view> string_of(const json* value) {
  if (value == nullptr || !value->IsString() || is_number(*value)) return std::nullopt;
  return view(*value);
}

expected<std::string, std::string> plain_decimal(std::string_view number) {
  constexpr int limit = 60;
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const auto e = number.find_first_of("eE");
  int exponent = 0;
  if (e != std::string_view::npos) {
    auto text = number.substr(e + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (ec != std::errc{} || end != text.data() + text.size() || exponent > limit || exponent < -limit)
      return unexpected(std::string{"the exponent is out of range"});
  }
  const auto mantissa = number.substr(0, e);
  const auto dot = mantissa.find('.');
  std::string digits{mantissa.substr(0, dot)};
  int point = static_cast<int>(digits.size()) + exponent;
  if (dot != std::string_view::npos) digits += mantissa.substr(dot + 1);
  if (digits.empty() || digits.size() > 2 * limit) return unexpected(std::string{"the number is too long"});
  if (point < 1) {
    digits.insert(0, static_cast<std::size_t>(1 - point), '0');
    point = 1;
  }
  const auto whole = static_cast<std::size_t>(point);
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  std::string fraction = digits.substr(whole);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  digits.resize(whole);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (!fraction.empty()) digits.append(1, '.').append(fraction);
  return negative ? "-" + digits : digits;
}

}  // namespace hedgerow::schwab
