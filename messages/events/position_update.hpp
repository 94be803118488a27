// Topic position-updates: a symbol's position after an event. Complete in itself: it is also the accumulator's
// changelog, so that the newest record of a symbol is all that a restart needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/control_event.hpp"
#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

/// An execution that is live for the position, or that has ended and may still get a late report.
struct tracked_execution {
  execution_id execution;
  /// The broker's side.
  hedgerow::side side = side::buy;
  /// Whole shares asked for.
  std::uint64_t quantity = 0;
  /// Cumulative filled shares booked so far.
  shares filled;
  friend bool operator==(const tracked_execution&, const tracked_execution&) = default;
};

struct position_update {
  hedgerow::symbol symbol;
  /// Sequence of the last trade booked.
  std::uint64_t last_trade_sequence = 0;
  /// Sequence number that the next execution gets; starts at 1.
  std::uint64_t next_execution = 1;
  /// Sum of fills on chain, signed.
  shares onchain;
  /// Sum of fills at the broker, signed.
  shares hedged;
  /// Shares in live intents, signed by their effect on exposure.
  shares reserved;
  /// Executions that hold the reservation.
  std::vector<tracked_execution> live;
  /// The newest executions that ended without filling completely: a late fill is booked against them.
  std::vector<tracked_execution> closed;
  /// Failed executions in a row (refusals that say when to retry do not count).
  std::uint32_t failure_streak = 0;
  /// No command before this time; zero when none is due to wait.
  timestamp retry_at;
  /// Too many failures in a row, or held: no commands until a person resumes the symbol.
  bool frozen = false;
  /// event_id of the booked event.
  std::string cause;
  /// The newest person's decision that was applied.
  std::optional<decision_mark> newest_decision;

  /// onchain + hedged: what is not hedged.
  [[nodiscard]] shares exposure() const { return *onchain.plus(hedged); }
  /// exposure + reserved: what no live intent covers.
  [[nodiscard]] shares available() const { return *exposure().plus(reserved); }
  friend bool operator==(const position_update&, const position_update&) = default;
};

}  // namespace hedgerow
