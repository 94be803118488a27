// What the accumulator service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::accumulator {

inline constexpr const char* service_name = "accumulator";
inline constexpr topic inputs[] = {topic::onchain_trades, topic::schwab_executions, topic::control_events};
inline constexpr service_info description{
    service_name, "adds trades up per symbol and asks for hedges",
    inputs,       topic::position_updates,
    "hedging",    {},
    true,         {.writes_alone = topic::schwab_commands, .takes_over = topic::onchain_trades}};
extern const services::descriptor descriptor;

}  // namespace hedgerow::accumulator
