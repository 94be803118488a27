#include <memory>

#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

using pool = json::MemoryPoolAllocator<>;
using document = json::GenericDocument<json::UTF8<>, pool, pool>;

/// Iterative: nesting costs memory, not stack, however deep. In place: strings stay where they were read.
constexpr unsigned parse_flags = json::kParseInsituFlag | json::kParseIterativeFlag;

/// What a thread keeps from record to record, so that decoding a usual one allocates nothing for JSON.
struct workspace {
  std::vector<char> text;
  std::array<char, 32 * 1024> values;
  std::array<char, 8 * 1024> stack;
  std::optional<pool> value_pool;
  std::optional<pool> stack_pool;
  std::optional<document> parsed;

  document& parse(std::string_view bytes) {
    if (text.size() > max_record / 4) std::vector<char>{}.swap(text);
    // SIMD scanning reads up to 16 bytes past the end.
    if (text.size() < bytes.size() + 32) text.resize(bytes.size() + 32);
    std::memcpy(text.data(), bytes.data(), bytes.size());
    text[bytes.size()] = '\0';
    parsed.reset();
    value_pool.reset();
    stack_pool.reset();
    value_pool.emplace(values.data(), values.size());
    stack_pool.emplace(stack.data(), stack.size());
    parsed.emplace(&*value_pool, 2048, &*stack_pool);
    parsed->ParseInsitu<parse_flags>(text.data());
    return *parsed;
  }
};

const json::Value* fail(read_state& state, decode_errc code, std::string detail) {
  state.failed = true;
  state.error = {code, std::move(detail)};
  return nullptr;
}

}  // namespace

const json::Value* read_frame(std::string_view text, std::string_view type, envelope& meta, read_state& state) {
  if (text.empty()) return fail(state, decode_errc::not_json, "empty record");
  if (text.size() > max_record) return fail(state, decode_errc::not_json, "record is too long");
  if (std::memchr(text.data(), 0, text.size()) != nullptr)
    return fail(state, decode_errc::not_json, "a NUL byte in the record");
  thread_local auto space = std::make_unique<workspace>();
  const document& parsed = space->parse(text);
  if (parsed.HasParseError())
    return fail(state, decode_errc::not_json, "not JSON at byte " + std::to_string(parsed.GetErrorOffset()));
  if (!parsed.IsObject()) return fail(state, decode_errc::not_json, "not a JSON object");

  object_reader in{parsed, state};
  std::string found_type;
  std::uint32_t schema = 0;
  in.text("type", found_type);
  if (in.ok() && found_type != type) in.fail("type", decode_errc::wrong_type, "another type of event");
  in.number("schema", schema);
  if (in.ok() && (schema < 1 || schema > static_cast<std::uint32_t>(schema_version)))
    in.fail("schema", decode_errc::unknown_schema, "a schema this build does not know");
  in.text("id", meta.event_id);
  in.value("occurred_at", meta.occurred_at);
  in.value("recorded_at", meta.recorded_at);
  in.text("correlation_id", meta.correlation_id);
  in.text("causation_id", meta.causation_id);
  in.text("traceparent", meta.traceparent);
  const json::Value* data = in.member("data");
  in.finish();
  if (in.ok() && !data->IsObject()) in.fail("data", decode_errc::bad_field, "not an object");
  return in.ok() ? data : nullptr;
}

void write_frame(json_writer& out, std::string_view type, const envelope& meta) {
  out.begin_object();
  out.plain_field("type", type);
  out.number_field("schema", schema_version);
  out.text_field("id", meta.event_id);
  out.field("occurred_at", meta.occurred_at);
  out.field("recorded_at", meta.recorded_at);
  out.text_field("correlation_id", meta.correlation_id);
  out.text_field("causation_id", meta.causation_id);
  out.text_field("traceparent", meta.traceparent);
  out.key("data");
}

}  // namespace hedgerow::codec
