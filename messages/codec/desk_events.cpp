// execution_desk and pending_order: the changelogs of placing and polling.
#include <algorithm>

#include "messages/codec/decision_field.hpp"
#include "messages/codec/event_codec.hpp"

namespace hedgerow::codec {
namespace {

template <class Event>
void write_order(json_writer& out, const Event& v) {
  out.field("execution", v.execution);
  out.field("side", v.side);
  out.number_field("quantity", static_cast<std::int64_t>(v.quantity));
}

template <class Event>
void read_order(object_reader& in, Event& v) {
  in.value("execution", v.execution);
  in.value("side", v.side);
  in.quantity("quantity", v.quantity);
}

void write_flag(json_writer& out, std::string_view name, bool v) {
  out.key(name);
  out.boolean(v);
}

void read_phase(object_reader& in, intent_phase& out) {
  std::string text;
  in.text("phase", text);
  const auto* found = std::find(std::begin(intent_phase_names), std::end(intent_phase_names), text);
  if (found == std::end(intent_phase_names)) return in.fail("phase", decode_errc::bad_field, "not one of its names");
  out = static_cast<intent_phase>(found - std::begin(intent_phase_names));
}

void write(json_writer& out, const live_intent& v) {
  out.begin_object();
  write_order(out, v);
  out.plain_field("phase", to_string(v.phase));
  out.field("intent_at", v.intent_at);
  out.field("leased_at", v.leased_at);
  out.field("not_after", v.not_after);
  out.wide_field("owner_epoch", v.owner_epoch);
  out.field("filled_before", v.filled_before);
  out.field("order", v.order);
  if (v.order_quantity != 0) out.number_field("order_quantity", static_cast<std::int64_t>(v.order_quantity));
  write_flag(out, "named_by_person", v.named_by_person);
  out.number_field("attempts", v.attempts);
  out.number_field("throttled", v.throttled);
  out.number_field("unauthorized", v.unauthorized);
  if (v.unwritten != 0) out.number_field("unwritten", v.unwritten);
  if (v.gate_wait.us != 0) out.field("gate_wait", v.gate_wait);
  if (v.begun_at.us != 0) out.field("begun_at", v.begun_at);
  if (v.outdated) write_flag(out, "outdated", v.outdated);
  out.number_field("tries", v.tries);
  out.field("phase_at", v.phase_at);
  out.field("next_at", v.next_at);
  out.number_field("empty_lists", v.empty_lists);
  if (v.unclear_lists != 0) out.number_field("unclear_lists", v.unclear_lists);
  out.field("first_empty_at", v.first_empty_at);
  out.field("last_empty_at", v.last_empty_at);
  out.number_field("moved_rounds", v.moved_rounds);
  out.field("filled", v.filled);
  out.field("filled_notional", v.filled_notional);
  out.end_object();
}

void read(object_reader& in, live_intent& v) {
  read_order(in, v);
  read_phase(in, v.phase);
  in.value("intent_at", v.intent_at);
  in.value("leased_at", v.leased_at);
  in.value("not_after", v.not_after);
  in.wide("owner_epoch", v.owner_epoch);
  in.value("filled_before", v.filled_before);
  in.value("order", v.order);
  if (in.has("order_quantity")) in.quantity("order_quantity", v.order_quantity);
  in.boolean("named_by_person", v.named_by_person);
  in.number("attempts", v.attempts);
  in.number("throttled", v.throttled);
  in.number("unauthorized", v.unauthorized);
  if (in.has("unwritten")) in.number("unwritten", v.unwritten);
  if (in.has("gate_wait")) in.value("gate_wait", v.gate_wait);
  if (in.has("begun_at")) in.value("begun_at", v.begun_at);
  if (in.has("outdated")) in.boolean("outdated", v.outdated);
  in.number("tries", v.tries);
  in.value("phase_at", v.phase_at);
  in.value("next_at", v.next_at);
  in.number("empty_lists", v.empty_lists);
  if (in.has("unclear_lists")) in.number("unclear_lists", v.unclear_lists);
  in.value("first_empty_at", v.first_empty_at);
  in.value("last_empty_at", v.last_empty_at);
  in.number("moved_rounds", v.moved_rounds);
  in.value("filled", v.filled);
  in.value("filled_notional", v.filled_notional);
}

void write(json_writer& out, const ended_intent& v) {
  out.begin_object();
  write_order(out, v);
  out.field("intent_at", v.intent_at);
  out.field("ended_at", v.ended_at);
  out.field("filled", v.filled);
  out.field("filled_notional", v.filled_notional);
  out.field("order", v.order);
  write_flag(out, "absent", v.absent);
  write_flag(out, "late_order", v.late_order);
  out.end_object();
}

void read(object_reader& in, ended_intent& v) {
  read_order(in, v);
  in.value("intent_at", v.intent_at);
  in.value("ended_at", v.ended_at);
  in.value("filled", v.filled);
  in.value("filled_notional", v.filled_notional);
  in.value("order", v.order);
  in.boolean("absent", v.absent);
  in.boolean("late_order", v.late_order);
}

void write(json_writer& out, const execution_desk& v) {
  out.field("symbol", v.symbol);
  out.wide_field("last_execution", v.last_execution);
  out.key("queue");
  out.begin_array();
  for (const auto& command : v.queue) {
    out.begin_object();
    write_order(out, command);
    out.field("exposure", command.exposure);
    out.end_object();
  }
  out.end_array();
  out.key("live");
  if (v.live) {
    write(out, *v.live);
  } else {
    out.null();
  }
  out.key("ended");
  out.begin_array();
  for (const auto& intent : v.ended) write(out, intent);
  out.end_array();
  out.field("watch_at", v.watch_at);
  out.field("baseline", v.baseline);
  out.field("baseline_at", v.baseline_at);
  out.field("filled", v.filled);
  out.field("settled_at", v.settled_at);
  out.key("claimed");
  out.begin_array();
  for (const auto& order : v.claimed) out.value(order);
  out.end_array();
  write_flag(out, "halted", v.halted);
  out.wide_field("events", v.events);
  out.wide_field("duplicates", v.duplicates);
  write_newest_decision(out, v.newest_decision);
}

void read(object_reader& in, execution_desk& v) {
  in.value("symbol", v.symbol);
  in.wide("last_execution", v.last_execution);
  in.objects("queue", v.queue, [](object_reader& command, schwab_command& c) {
    read_order(command, c);
    command.value("exposure", c.exposure);
  });
  in.object_or_null("live", [&](object_reader& intent) { read(intent, v.live.emplace()); });
  in.objects("ended", v.ended, [](object_reader& intent, ended_intent& e) { read(intent, e); });
  in.value("watch_at", v.watch_at);
  in.value("baseline", v.baseline);
  in.value("baseline_at", v.baseline_at);
  in.value("filled", v.filled);
  in.value("settled_at", v.settled_at);
  in.strings("claimed", v.claimed);
  in.boolean("halted", v.halted);
  in.wide("events", v.events);
  in.wide("duplicates", v.duplicates);
  read_newest_decision(in, v.newest_decision);
}

void write(json_writer& out, const pending_order& v) {
  write_order(out, v);
  out.field("order", v.order);
  if (v.order_quantity != 0) out.number_field("order_quantity", static_cast<std::int64_t>(v.order_quantity));
  out.field("submitted_at", v.submitted_at);
  if (!v.cause.empty()) out.text_field("cause", v.cause);
  out.field("filled", v.filled);
  out.field("filled_notional", v.filled_notional);
  out.plain_field("state", to_string(v.state));
  out.plain_field("code", to_string(v.code));
  out.field("ended_at", v.ended_at);
  out.number_field("polls", v.polls);
  out.number_field("errors", v.errors);
  out.number_field("unknown_statuses", v.unknown_statuses);
  out.wide_field("events", v.events);
}

void read(object_reader& in, pending_order& v) {
  read_order(in, v);
  in.value("order", v.order);
  if (in.has("order_quantity")) in.quantity("order_quantity", v.order_quantity);
  in.value("submitted_at", v.submitted_at);
  if (in.has("cause")) in.text("cause", v.cause);
  in.value("filled", v.filled);
  in.value("filled_notional", v.filled_notional);
  in.name_of("state", v.state);
  in.name_of("code", v.code);
  in.value("ended_at", v.ended_at);
  in.number("polls", v.polls);
  in.number("errors", v.errors);
  in.number("unknown_statuses", v.unknown_statuses);
  in.wide("events", v.events);
}

}  // namespace
}  // namespace hedgerow::codec

HEDGEROW_CODEC(hedgerow::execution_desk, "execution_desk")
HEDGEROW_CODEC(hedgerow::pending_order, "pending_order")
