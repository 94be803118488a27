#include "messages/codec/decision_field.hpp"
#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

void write(json_writer& out, std::string_view name, const std::vector<tracked_execution>& list) {
  out.key(name);
  out.begin_array();
  for (const auto& v : list) {
    out.begin_object();
    out.field("execution", v.execution);
    out.field("side", v.side);
    out.number_field("quantity", static_cast<std::int64_t>(v.quantity));
    out.field("filled", v.filled);
    out.end_object();
  }
  out.end_array();
}

void read_tracked(object_reader& in, tracked_execution& v) {
  in.value("execution", v.execution);
  in.value("side", v.side);
  in.quantity("quantity", v.quantity);
  in.value("filled", v.filled);
}

void write(json_writer& out, const position_update& v) {
  out.field("symbol", v.symbol);
  out.wide_field("last_trade_sequence", v.last_trade_sequence);
  out.wide_field("next_execution", v.next_execution);
  out.field("onchain", v.onchain);
  out.field("hedged", v.hedged);
  out.field("reserved", v.reserved);
  write(out, "live", v.live);
  write(out, "closed", v.closed);
  out.number_field("failure_streak", v.failure_streak);
  out.field("retry_at", v.retry_at);
  out.key("frozen");
  out.boolean(v.frozen);
  out.text_field("cause", v.cause);
  write_newest_decision(out, v.newest_decision);
}

void read(object_reader& in, position_update& v) {
  in.value("symbol", v.symbol);
  in.wide("last_trade_sequence", v.last_trade_sequence);
  in.wide("next_execution", v.next_execution);
  in.value("onchain", v.onchain);
  in.value("hedged", v.hedged);
  in.value("reserved", v.reserved);
  in.objects("live", v.live, read_tracked);
  in.objects("closed", v.closed, read_tracked);
  in.number("failure_streak", v.failure_streak);
  in.value("retry_at", v.retry_at);
  in.boolean("frozen", v.frozen);
  in.text("cause", v.cause);
  read_newest_decision(in, v.newest_decision);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::position_update, "position_update")
