// Checks for service::unreadable: which changelog records the running program can read.
#pragma once

#include <string>

#include "messages/codec/codec.hpp"
#include "messages/events/record.hpp"

namespace hedgerow::entity {

/// Why the value of `r` is not an Event; empty when it is one, or when `r` is a tombstone.
template <class Event>
[[nodiscard]] std::string why_unreadable(const record& r) {
  if (!r.value) return {};
  const auto event = codec::decode<Event>(*r.value);
  return event ? std::string{} : event.error().detail;
}

}  // namespace hedgerow::entity
