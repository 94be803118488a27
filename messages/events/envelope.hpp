// What every event carries besides its payload.
#pragma once

#include <cstdint>
#include <string>

#include "messages/types/time.hpp"

namespace hedgerow {

/// Ids are derived from facts (a log, an execution and its step), never drawn at random: a replay gives the same ones.
struct envelope {
  /// Unique and deterministic, for example `trade:{block_hash}:{log_index}`.
  std::string event_id;
  /// When it happened in the world (block time, broker time), as far as it is known.
  timestamp occurred_at;
  /// When it was written here.
  timestamp recorded_at;
  /// The same for everything that follows from one fill or one order.
  std::string correlation_id;
  /// event_id of what caused this event; empty at the start of a chain.
  std::string causation_id;
  /// W3C `traceparent`; empty when not traced.
  std::string traceparent;

  friend bool operator==(const envelope&, const envelope&) = default;
};

/// An event with its envelope, as it is in the log.
template <class Event>
struct enveloped {
  envelope meta;
  Event data;
  friend bool operator==(const enveloped&, const enveloped&) = default;
};

}  // namespace hedgerow
