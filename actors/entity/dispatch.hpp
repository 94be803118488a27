// From a record to the function that handles its event.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "messages/codec/codec.hpp"
#include "messages/events/record.hpp"

namespace hedgerow::entity {

/// Why a record is put aside that cannot be read.
inline constexpr std::string_view undecodable = "undecodable";

/// What on() makes.
template <class Event, class Handle>
struct reader {
  topic of;
  Handle handle;
};

/// Records of the topic `of` are Events. `handle` gets an enveloped<Event>& that it may move from.
template <class Event, class Handle>
[[nodiscard]] reader<Event, Handle> on(topic of, Handle handle) {
  return {of, std::move(handle)};
}

/// Decodes the record and hands it to the reader of its topic. `give_up` gets a reason and a detail when it cannot be
/// read, or no reader is for its topic. A tombstone is no event and goes to nobody.
template <class GiveUp, class... Events, class... Handles>
void dispatch(const record& r, GiveUp&& give_up, const reader<Events, Handles>&... readers) {
  if (!r.value) return;
  const auto read = [&]<class Event, class Handle>(const reader<Event, Handle>& one) {
    if (one.of != r.from.topic) return false;
    if (auto event = codec::decode<Event>(*r.value))
      one.handle(*event);
    else
      give_up(undecodable, event.error().detail);
    return true;
  };
  if (!(read(readers) || ...)) give_up(undecodable, std::string{"an unexpected topic"});
}

}  // namespace hedgerow::entity
