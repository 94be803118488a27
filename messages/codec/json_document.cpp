#include "messages/codec/json_document.hpp"

#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "messages/codec/plain_run.hpp"

namespace hedgerow::codec {
namespace {

/// Memory above this size is given back after a record of unusual size.
constexpr std::size_t kept_values = 4096;
constexpr std::size_t kept_text = std::size_t{64} * 1024;

/// Where the run of characters from `at` on ends that stand for themselves in a string; 16 NUL bytes have to follow the
/// text.
char* end_of_run(char* at) {
  for (;; at += sizeof(plain_lanes))
    if (const auto plain = plain_characters(at); plain < sizeof(plain_lanes)) return at + plain;
}

}  // namespace

/// UTF-8, named apart so that RapidJSON copies its characters as below.
struct record_encoding : rapidjson::UTF8<> {};

}  // namespace hedgerow::codec

/// RapidJSON copies a string's characters one by one, unless it is built for one kind of processor, and then it takes
/// some control characters for plain ones. Whole runs instead: more than half of all instructions for parsing less.
template <>
struct rapidjson::Transcoder<hedgerow::codec::record_encoding, hedgerow::codec::record_encoding>
    : rapidjson::Transcoder<rapidjson::UTF8<>, rapidjson::UTF8<>> {
  using rapidjson::Transcoder<rapidjson::UTF8<>, rapidjson::UTF8<>>::Transcode;

  /// In place: both are the same stream.
  static bool Transcode(rapidjson::InsituStringStream& stream, rapidjson::InsituStringStream&) {
    char* const end = hedgerow::codec::end_of_run(stream.src_);
    const auto length = static_cast<std::size_t>(end - stream.src_);
    if (stream.dst_ != stream.src_) std::memmove(stream.dst_, stream.src_, length);
    stream.dst_ += length;
    stream.src_ = end;
    return true;
  }
};

namespace hedgerow::codec {

struct json_document::parser {
  rapidjson::GenericReader<record_encoding, record_encoding> reader;
};

/// RapidJSON's handler, with the function names that it requires.
class json_document::builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, builder> {
 public:
  explicit builder(json_document& document) : document_{document} {}

  /// All numbers come as text.
  bool Default() { return false; }
  bool Null() { return add(kind::null), true; }
  bool Bool(bool value) {
    add(kind::boolean).magnitude = value ? 1 : 0;
    return true;
  }
  bool RawNumber(const char* text, std::uint32_t length, bool) {
    const char* const end = text + length;
    const bool negative = *text == '-';
    std::uint64_t magnitude = 0;
    const auto [last, error] = std::from_chars(text + (negative ? 1 : 0), end, magnitude);
    auto& added = add(error == std::errc{} && last == end ? kind::integer : kind::number);
    added.negative = negative;
    added.magnitude = magnitude;
    return true;
  }
  bool String(const char* text, std::uint32_t length, bool) {
    add(kind::string).text = {text, length};
    return true;
  }
  bool Key(const char* text, std::uint32_t length, bool copied) { return String(text, length, copied); }
  bool StartObject() { return open(kind::object); }
  bool StartArray() { return open(kind::array); }
  bool EndObject(std::uint32_t members) { return close(members); }
  bool EndArray(std::uint32_t elements) { return close(elements); }

 private:
  value& add(kind k) {
    auto& values = document_.values_;
    auto& used = document_.used_;
    if (used == values.size()) values.resize(std::max<std::size_t>(64, 2 * values.size()));
    auto& added = values[used++];
    added.is = k;
    added.negative = added.asked = false;
    added.count = 0;
    added.end = used;
    return added;
  }
  bool open(kind k) {
    add(k).end = open_;
    open_ = document_.used_ - 1;
    return true;
  }
  bool close(std::uint32_t count) {
    auto& closed = document_.values_[open_];
    open_ = closed.end;
    closed.end = document_.used_;
    closed.count = count;
    return true;
  }

  json_document& document_;
  /// The innermost container that is not closed yet; meaningless outside of all.
  std::uint32_t open_ = 0;
};

std::optional<std::uint64_t> json_document::value::as_unsigned() const {
  if (is != kind::integer || (negative && magnitude != 0)) return std::nullopt;
  return magnitude;
}

std::optional<std::int64_t> json_document::value::as_signed() const {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (is != kind::integer || magnitude > largest + (negative ? 1 : 0)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

json_document::json_document() : parser_{std::make_unique<parser>()} {}
json_document::~json_document() = default;

bool json_document::parse(std::string_view text) {
  if (values_.size() > kept_values) std::vector<value>{}.swap(values_);
  if (text_.size() > kept_text) {
    std::vector<char>{}.swap(text_);
    parser_ = std::make_unique<parser>();
  }
  used_ = 0;
  if (text_.size() < text.size() + sizeof(plain_lanes)) text_.resize(text.size() + sizeof(plain_lanes));
  std::copy(text.begin(), text.end(), text_.begin());
  std::fill_n(text_.data() + text.size(), sizeof(plain_lanes), '\0');

  // Numbers as text: RapidJSON would make binary64 of large ones, and stops the program at some that are very small.
  constexpr unsigned flags =
      rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::InsituStringStream stream{text_.data()};
  builder list{*this};
  const auto result = parser_->reader.Parse<flags>(stream, list);
  error_offset_ = result.IsError() ? result.Offset() : stream.Tell();
  // RapidJSON takes a NUL byte for the end of the text.
  return !result.IsError() && error_offset_ == text.size();
}

}  // namespace hedgerow::codec
