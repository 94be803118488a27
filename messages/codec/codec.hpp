// Bytes <-> event. The only JSON of the event log. Every record is one object:
//   {"type":..., "schema":1, "id":..., "occurred_at":µs, "recorded_at":µs, "correlation_id":..., "causation_id":...,
//    "traceparent":..., "data":{...}}
// Amounts are decimal strings; so is every integer of 64 bits, since many readers of JSON are exact to 2^53 only,
// except times and quantities of whole shares, which stay below that. Integers of 32 bits are numbers; hashes and
// addresses lower-case hex; times integers in µs. A field that may be absent is there as null.
// Encoding is deterministic: the same event gives the same bytes. JSON Schema: docs/schemas/.
#pragma once

#include <string>
#include <string_view>

#include "messages/events/blockchain_event.hpp"
#include "messages/events/control_event.hpp"
#include "messages/events/dead_letter.hpp"
#include "messages/events/envelope.hpp"
#include "messages/events/execution_desk.hpp"
#include "messages/events/ingestion_state.hpp"  // allow: decode<> of it
#include "messages/events/onchain_trade.hpp"
#include "messages/events/pending_order.hpp"
#include "messages/events/position_update.hpp"  // allow: decode<> of it
#include "messages/events/schwab_command.hpp"   // allow: decode<> of it
#include "messages/events/schwab_execution.hpp"
#include "messages/events/token_record.hpp"  // allow: decode<> of it
#include "messages/events/token_update.hpp"
#include "messages/events/validation_checkpoint.hpp"  // allow: decode<> of it
#include "messages/events/written_trades.hpp"         // allow: decode<> of it
#include "messages/types/expected.hpp"

namespace hedgerow::codec {

enum class decode_errc { not_json, wrong_type, unknown_schema, missing_field, bad_field };

struct decode_error {
  decode_errc code = decode_errc::not_json;
  /// Names the field and what was wrong with it; never contains the payload.
  std::string detail;
};

/// Newest schema version this build writes, for every event type. Older ones are read, newer ones are an error.
inline constexpr int schema_version = 1;

/// Defined for every event type included above.
template <class Event>
[[nodiscard]] std::string encode(const envelope& meta, const Event& event);

/// Unknown fields are ignored; a missing or ill-formed one is an error. Never throws, for any bytes.
template <class Event>
[[nodiscard]] expected<enveloped<Event>, decode_error> decode(std::string_view bytes);

/// The `type` of an event in JSON, for example `onchain_trade`.
template <class Event>
[[nodiscard]] std::string_view type_name();

}  // namespace hedgerow::codec
