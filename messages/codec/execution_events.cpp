// schwab_command and schwab_execution.
#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

void write(json_writer& out, const schwab_command& v) {
  out.field("execution", v.execution);
  out.field("side", v.side);
  out.number_field("quantity", static_cast<std::int64_t>(v.quantity));
  out.field("exposure", v.exposure);
}

void read(object_reader& in, schwab_command& v) {
  in.value("execution", v.execution);
  in.value("side", v.side);
  in.quantity("quantity", v.quantity);
  in.value("exposure", v.exposure);
}

void write(json_writer& out, const schwab_execution& v) {
  out.field("execution", v.execution);
  out.field("side", v.side);
  out.number_field("quantity", static_cast<std::int64_t>(v.quantity));
  out.plain_field("state", to_string(v.state));
  out.plain_field("code", to_string(v.code));
  out.field("order", v.order);
  if (v.order_quantity != 0) out.number_field("order_quantity", static_cast<std::int64_t>(v.order_quantity));
  out.field("filled", v.filled);
  out.field("filled_notional", v.filled_notional);
  out.text_field("detail", v.detail);
  out.key("evidence");
  out.begin_array();
  for (const auto& fact : v.evidence) out.text(fact);
  out.end_array();
  out.field("not_after", v.not_after);
  out.wide_field("owner_epoch", v.owner_epoch);
  out.field("filled_before", v.filled_before);
  out.field("retry_at", v.retry_at);
}

void read(object_reader& in, schwab_execution& v) {
  in.value("execution", v.execution);
  in.value("side", v.side);
  in.quantity("quantity", v.quantity);
  in.name_of("state", v.state);
  in.name_of("code", v.code);
  in.value("order", v.order);
  if (in.has("order_quantity")) in.quantity("order_quantity", v.order_quantity);
  in.value("filled", v.filled);
  in.value("filled_notional", v.filled_notional);
  in.text("detail", v.detail);
  in.texts("evidence", v.evidence);
  in.value("not_after", v.not_after);
  in.wide("owner_epoch", v.owner_epoch);
  in.value("filled_before", v.filled_before);
  in.value("retry_at", v.retry_at);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::schwab_command, "schwab_command")
HEDGEROW_CODEC(hedgerow::schwab_execution, "schwab_execution")
