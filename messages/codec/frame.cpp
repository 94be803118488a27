#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

/// The members of a record. `data` comes last, and its fields are named without it.
void read_record(read_state& state, std::string_view type, envelope& meta, data_reader read, void* out) {
  object_reader in{0, state};
  const auto found_type = in.string_at("type");
  if (found_type && *found_type != type) in.fail("type", decode_errc::wrong_type, "another type of event");
  std::uint32_t schema = 0;
  in.number("schema", schema);
  if (in.ok() && (schema < 1 || schema > static_cast<std::uint32_t>(schema_version)))
    in.fail("schema", decode_errc::unknown_schema, "a schema this build does not know");
  in.text("id", meta.event_id);
  in.value("occurred_at", meta.occurred_at);
  in.value("recorded_at", meta.recorded_at);
  in.text("correlation_id", meta.correlation_id);
  in.text("causation_id", meta.causation_id);
  in.text("traceparent", meta.traceparent);
  const auto data = in.begin_member("data");
  in.refuse_duplicates();
  if (data && in.ok()) {
    object_reader fields{*data, state};
    read(fields, out);
    fields.finish();
  }
  in.finish();
}

std::optional<decode_error> not_json(std::string detail) {
  return decode_error{decode_errc::not_json, std::move(detail)};
}

}  // namespace

bool read_canonical(std::string_view text, std::string_view type, envelope& meta, data_reader read, void* out) {
  if (text.size() > max_record) return false;
  read_state state;
  state.text = canonical_text{text};
  if (!state.text.take('{')) return false;
  read_record(state, type, meta, read, out);
  return !state.failed && state.text.ended();
}

std::optional<decode_error> read_json(std::string_view text, std::string_view type, envelope& meta, data_reader read,
                                      void* out) {
  if (text.empty()) return not_json("empty record");
  if (text.size() > max_record) return not_json("record is too long");
  // Kept from record to record, so that parsing a usual one allocates nothing.
  thread_local json_document document;
  if (!document.parse(text))
    return not_json(text.find('\0') != std::string_view::npos
                        ? "a NUL byte in the record"
                        : "not JSON at byte " + std::to_string(document.error_offset()));
  if (document[0].is != json_document::kind::object) return not_json("not a JSON object");
  read_state state;
  state.document = &document;
  read_record(state, type, meta, read, out);
  if (!state.failed) return std::nullopt;
  return std::move(state.error);
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
