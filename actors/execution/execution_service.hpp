// What the execution service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::execution {

inline constexpr const char* service_name = "execution";
inline constexpr topic inputs[] = {topic::schwab_commands, topic::schwab_executions, topic::control_events};
inline constexpr service_info description{service_name, "places orders, each once, and finds out what became of them",
                                          inputs,       topic::execution_changelog,
                                          "execution",  {.broker = true},
                                          true};
extern const services::descriptor descriptor;

}  // namespace hedgerow::execution
