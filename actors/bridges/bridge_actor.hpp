// The bridge between the event log and the entities of one service. Per cycle: take a
// bounded batch, hand each entity its slice, append all answers and the input offsets in one transaction, run the
// effects. The next batch is taken while the commit is on its way.
//
// Crash-only: when a commit fails the bridge quits, and with it its entities. Its supervisor starts it again from the
// changelog and the committed offsets.
#pragma once

#include <memory>

#include "actors/bridges/service.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::bridges {

class bridge;

struct bridge_state {
  static inline const char* name = "bridge";
  std::shared_ptr<bridge> impl;
  ~bridge_state();
};

/// `clock` must outlive the actor system.
protocol::bridge_actor::behavior_type bridge_actor(protocol::bridge_actor::stateful_pointer<bridge_state> self,
                                                   std::shared_ptr<ports::event_log> log, service what,
                                                   bridge_config config, const ports::clock* clock);

}  // namespace hedgerow::bridges
