// token_update, dead_letter and control_event.
#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

void write(json_writer& out, const token_update& v) {
  out.plain_field("event", to_string(v.event));
  out.text_field("access_token", v.access_token);
  out.text_field("refresh_token", v.refresh_token);
  out.field("access_fetched_at", v.access_fetched_at);
  out.field("access_expires_at", v.access_expires_at);
  out.field("refresh_issued_at", v.refresh_issued_at);
  out.field("refresh_expires_at", v.refresh_expires_at);
  out.text_field("detail", v.detail);
}

void read(object_reader& in, token_update& v) {
  in.name_of("event", v.event);
  in.text("access_token", v.access_token);
  in.text("refresh_token", v.refresh_token);
  in.value("access_fetched_at", v.access_fetched_at);
  in.value("access_expires_at", v.access_expires_at);
  in.value("refresh_issued_at", v.refresh_issued_at);
  in.value("refresh_expires_at", v.refresh_expires_at);
  in.text("detail", v.detail);
}

void write(json_writer& out, const dead_letter& v) {
  out.text_field("service", v.service);
  out.text_field("origin_topic", v.origin_topic);
  out.number_field("origin_partition", v.origin_partition);
  out.key("origin_offset");
  out.wide_signed(v.origin_offset);
  out.text_field("key", v.key);
  out.text_field("value", v.value);
  out.text_field("reason", v.reason);
  out.text_field("detail", v.detail);
  out.number_field("attempts", v.attempts);
}

void read(object_reader& in, dead_letter& v) {
  in.text("service", v.service);
  in.text("origin_topic", v.origin_topic);
  in.number("origin_partition", v.origin_partition);
  in.wide_signed("origin_offset", v.origin_offset);
  in.text("key", v.key);
  in.text("value", v.value);
  in.text("reason", v.reason);
  in.text("detail", v.detail);
  in.number("attempts", v.attempts);
}

void write(json_writer& out, const control_event& v) {
  out.text_field("scope", v.scope);
  out.plain_field("action", to_string(v.action));
  out.text_field("argument", v.argument);
  out.text_field("reason", v.reason);
  out.text_field("by", v.by);
}

void read(object_reader& in, control_event& v) {
  in.text("scope", v.scope);
  in.name_of("action", v.action);
  in.text("argument", v.argument);
  in.text("reason", v.reason);
  in.text("by", v.by);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::token_update, "token_update")
HEDGEROW_CODEC(hedgerow::dead_letter, "dead_letter")
HEDGEROW_CODEC(hedgerow::control_event, "control_event")
