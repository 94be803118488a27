// Private: the newest decision of a person that a symbol's state carries.
#pragma once

#include <optional>

#include "messages/codec/json_reader.hpp"
#include "messages/codec/json_writer.hpp"
#include "messages/events/control_event.hpp"

namespace hedgerow::codec {

inline void write_newest_decision(json_writer& out, const std::optional<decision_mark>& v) {
  if (!v) return;
  out.key("newest_decision");
  out.begin_object();
  out.key("offset");
  out.wide_signed(v->offset);
  out.field("recorded_at", v->recorded_at);
  out.end_object();
}

inline void read_newest_decision(object_reader& in, std::optional<decision_mark>& v) {
  if (!in.has("newest_decision")) return;
  in.object("newest_decision", [&](object_reader& decision) {
    auto& mark = v.emplace();
    decision.wide_signed("offset", mark.offset);
    decision.value("recorded_at", mark.recorded_at);
  });
}

}  // namespace hedgerow::codec
