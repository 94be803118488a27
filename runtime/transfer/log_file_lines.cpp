#include "runtime/transfer/log_file_lines.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace hedgerow::transfer {
namespace {

constexpr const char* format_name = "hedgerow-log";
constexpr std::string_view hex_digits = "0123456789abcdef";

using validating = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>,
                                     rapidjson::CrtAllocator, rapidjson::kWriteValidateEncodingFlag>;

bool is_text(std::string_view bytes) {
  rapidjson::StringBuffer ignored;
  validating writer{ignored};
  return writer.String(bytes.data(), static_cast<rapidjson::SizeType>(bytes.size()));
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += hex_digits[static_cast<unsigned char>(c) >> 4U];
    out += hex_digits[static_cast<unsigned char>(c) & 0xfU];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digits.find(text[i]);
    const auto low = hex_digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

class line_writer {
 public:
  line_writer() { writer_.StartObject(); }
  line_writer& key(const char* name) {
    writer_.Key(name);
    return *this;
  }
  line_writer& text(const char* name, std::string_view value) {
    writer_.Key(name);
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return *this;
  }
  line_writer& number(const char* name, std::int64_t value) {
    writer_.Key(name);
    writer_.Int64(value);
    return *this;
  }
  /// Text as it is; what is no text as hex digits under NAME_hex.
  line_writer& bytes(const std::string& name, std::string_view value) {
    return is_text(value) ? text(name.c_str(), value) : text((name + "_hex").c_str(), to_hex(value));
  }
  line_writer& partition(topic_partition p) {
    return text("topic", to_string(p.topic)).number("partition", p.partition);
  }
  rapidjson::Writer<rapidjson::StringBuffer>& raw() { return writer_; }
  std::string finish() {
    writer_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

/// Reads members of an object; remembers what was wrong first.
class line_reader {
 public:
  explicit line_reader(const rapidjson::Value& object) : object_{object} {
    if (!object.IsObject()) fail("is not an object");
  }

  [[nodiscard]] bool has(const char* name) const { return error_.empty() && object_.HasMember(name); }
  const rapidjson::Value* member(const char* name) {
    if (has(name)) return &object_[name];
    fail(std::string{"has no "} + name);
    return nullptr;
  }
  std::string text(const char* name) {
    const auto* v = member(name);
    if (v == nullptr || !v->IsString()) return fail(std::string{name} + " is not text"), "";
    return {v->GetString(), v->GetStringLength()};
  }
  std::int64_t number(const char* name) {
    const auto* v = member(name);
    if (v == nullptr || !v->IsInt64()) return fail(std::string{name} + " is not a whole number"), 0;
    return v->GetInt64();
  }
  std::int64_t count(const char* name) {
    const auto n = number(name);
    if (n < 0) fail(std::string{name} + " is negative");
    return n;
  }
  std::string bytes(const std::string& name) {
    if (!has((name + "_hex").c_str())) return text(name.c_str());
    auto decoded = from_hex(text((name + "_hex").c_str()));
    if (!decoded) fail(name + "_hex is not made of hex digits");
    return decoded.value_or("");
  }
  topic_partition partition() {
    topic_partition out;
    const auto name = text("topic");
    const auto known = parse_topic(name);
    if (!known && error_.empty()) fail("this program knows no topic " + name);
    out.topic = known.value_or(topic{});
    const auto number = count("partition");
    constexpr std::int64_t most = 1'000'000;
    if (number > most) fail("partition is too large");
    out.partition = static_cast<std::uint32_t>(number);
    return out;
  }
  void fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  const rapidjson::Value& object_;
  std::string error_;
};

record read_record(line_reader& in) {
  record r;
  r.from = in.partition();
  r.offset = in.count("offset");
  r.recorded_at = {in.number("recorded_at")};
  r.key = in.bytes("key");
  const bool tombstone = in.has("value") && in.member("value")->IsNull();
  if (!tombstone) r.value = in.bytes("value");
  return r;
}

stated_manifest read_manifest(line_reader& in) {
  stated_manifest out;
  out.stated.records = static_cast<std::uint64_t>(in.count("records"));
  const auto* list = in.member("partitions");
  if (list == nullptr || !list->IsArray()) {
    in.fail("partitions is not a list");
    return out;
  }
  for (const auto& one : list->GetArray()) {
    line_reader part{one};
    const auto p = part.partition();
    partition_summary s{static_cast<std::uint64_t>(part.count("records")), part.text("sha256")};
    if (!part.error().empty() || !out.stated.partitions.emplace(p, std::move(s)).second)
      in.fail("partitions: " + (part.error().empty() ? "one is there twice" : part.error()));
  }
  out.stated.sha256 = in.text("sha256");
  out.bytes = in.text("bytes_sha256");
  return out;
}

/// Parses one line and reads it with `read`.
template <class Read>
auto parse(const std::string& line, Read read) -> expected<decltype(read(std::declval<line_reader&>())), file_error> {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
  if (json.HasParseError()) return unexpected(file_error{"is not JSON"});
  line_reader in{json};
  auto out = in.error().empty() ? read(in) : decltype(read(in)){};
  if (!in.error().empty()) return unexpected(in.error());
  return out;
}

}  // namespace

std::string header_line(const file_header& header) {
  line_writer w;
  w.text("format", format_name).number("version", file_version);
  w.number("symbol_partitions", header.symbol_partitions).key("topics");
  w.raw().StartArray();
  for (const topic t : header.topics)
    w.raw().String(to_string(t).data(), static_cast<rapidjson::SizeType>(to_string(t).size()));
  w.raw().EndArray();
  return w.finish();
}

std::string record_line(const record& r) {
  line_writer w;
  w.partition(r.from).number("offset", r.offset).number("recorded_at", r.recorded_at.us).bytes("key", r.key);
  if (r.value)
    w.bytes("value", *r.value);
  else
    w.key("value").raw().Null();
  return w.finish();
}

std::string offset_line(const group_offset& o) {
  return line_writer{}.text("group", o.group).partition(o.offset.from).number("next", o.offset.next).finish();
}

std::string manifest_line(const manifest& m, const std::string& bytes) {
  line_writer w;
  w.key("manifest").raw().StartObject();
  w.number("records", static_cast<std::int64_t>(m.records)).key("partitions");
  w.raw().StartArray();
  for (const auto& [p, s] : m.partitions) {
    w.raw().StartObject();
    w.partition(p).number("records", static_cast<std::int64_t>(s.records)).text("sha256", s.sha256);
    w.raw().EndObject();
  }
  w.raw().EndArray();
  w.text("sha256", m.sha256).text("bytes_sha256", bytes);
  w.raw().EndObject();
  return w.finish();
}

expected<file_header, file_error> parse_header(const std::string& line) {
  return parse(line, [](line_reader& in) {
    file_header out;
    if (in.text("format") != format_name) in.fail(std::string{"format is not "} + format_name);
    if (const auto version = in.number("version"); version != file_version)
      in.fail("version is " + std::to_string(version) + "; this program reads " + std::to_string(file_version));
    out.symbol_partitions = static_cast<std::uint32_t>(in.count("symbol_partitions") & 0xffffffff);
    const auto* list = in.member("topics");
    if (list == nullptr || !list->IsArray()) return in.fail("topics is not a list"), out;
    for (const auto& name : list->GetArray()) {
      const auto known = name.IsString() ? parse_topic(name.GetString()) : std::nullopt;
      if (!known) in.fail("topics: one of them is not known to this program");
      out.topics.push_back(known.value_or(topic{}));
    }
    return out;
  });
}

expected<parsed_line, file_error> parse_line(const std::string& line) {
  return parse(line, [](line_reader& in) -> parsed_line {
    if (in.has("manifest")) {
      line_reader inside{*in.member("manifest")};
      auto out = inside.error().empty() ? read_manifest(inside) : stated_manifest{};
      if (!inside.error().empty()) in.fail("manifest: " + inside.error());
      return out;
    }
    if (!in.has("group")) return read_record(in);
    group_offset o;
    o.group = in.text("group");
    o.offset.from = in.partition();
    o.offset.next = in.count("next");
    return o;
  });
}

}  // namespace hedgerow::transfer
