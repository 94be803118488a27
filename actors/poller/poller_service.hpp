// What the poller service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::poller {

inline constexpr const char* service_name = "poller";
inline constexpr topic inputs[] = {topic::schwab_executions};
inline constexpr service_info description{
    service_name, "follows placed orders to their end", inputs, topic::poller_changelog, "poller", {.broker = true},
    true};
extern const services::descriptor descriptor;

}  // namespace hedgerow::poller
