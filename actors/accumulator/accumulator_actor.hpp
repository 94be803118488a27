// One actor per symbol: books trades and broker outcomes and asks for whole shares. The rule is
// domain/hedging/position_book; this file sequences it with the log.
#pragma once

#include "actors/bridges/burial_alarms.hpp"
#include "actors/bridges/service.hpp"
#include "actors/domain/hedging/position_book.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"

namespace hedgerow::accumulator {

struct accumulator_state {
  static inline const char* name = "accumulator";
  position_update position;
  std::uint32_t partition = 0;
  protocol::emitter_actor bridge;
  /// When it was written.
  timestamp written_at;
  /// The due time that a timer is armed for.
  timestamp armed_for;
  bridges::burial_alarms alarms;
  std::string last_error;
};

/// `clock` and `notices` (which may be null) must outlive the actor system.
protocol::entity_actor::behavior_type accumulator(protocol::entity_actor::stateful_pointer<accumulator_state> self,
                                                  bridges::entity_seed seed, domain::hedging_policy policy,
                                                  const ports::clock* clock, ports::notices* notices);

/// Reads onchain-trades, schwab-executions and control-events by symbol; its changelog is position-updates.
[[nodiscard]] bridges::service accumulator_service(domain::hedging_policy policy, const ports::clock* clock,
                                                    ports::notices* notices = nullptr);

}  // namespace hedgerow::accumulator
