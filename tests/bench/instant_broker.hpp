// A broker that fills every command at once: without answers, the positions of a benchmark would carry ever more live
// executions, and their records would grow with the backlog.
#pragma once

#include "actors/bridges/service.hpp"
#include "actors/ports/clock.hpp"

namespace hedgerow::bench {

/// Reads schwab-commands and answers each with FILLED on schwab-executions, at 180 dollars a share. Stands for the
/// services between the two topics. `clock` must outlive the actor system.
[[nodiscard]] bridges::service instant_broker(const ports::clock* clock);

}  // namespace hedgerow::bench
