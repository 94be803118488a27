#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

std::optional<std::uint32_t> fail(read_state& state, decode_errc code, std::string detail) {
  state.failed = true;
  state.error = {code, std::move(detail)};
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> read_frame(std::string_view text, std::string_view type, envelope& meta,
                                        read_state& state) {
  if (text.empty()) return fail(state, decode_errc::not_json, "empty record");
  if (text.size() > max_record) return fail(state, decode_errc::not_json, "record is too long");
  // Kept from record to record, so that decoding a usual one allocates nothing for JSON.
  thread_local json_document document;
  state.document = &document;
  if (!document.parse(text))
    return fail(state, decode_errc::not_json,
                text.find('\0') != std::string_view::npos
                    ? "a NUL byte in the record"
                    : "not JSON at byte " + std::to_string(document.error_offset()));
  if (document[0].is != json_document::kind::object) return fail(state, decode_errc::not_json, "not a JSON object");

  object_reader in{0, state};
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
  const auto data = in.object_at("data");
  in.finish();
  return in.ok() ? data : std::nullopt;
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
