// What the validation service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::validation {

inline constexpr const char* service_name = "validation";
inline constexpr topic inputs[] = {topic::blockchain_events};
inline constexpr service_info description{service_name,
                                          "decodes fills and finds the trades of the owner",
                                          inputs,
                                          topic::validation_changelog,
                                          "tokens",  // allow: assets, not the login
                                          {.chain = true},
                                          true,
                                          {.writes_alone = topic::onchain_trades}};
extern const services::descriptor descriptor;

}  // namespace hedgerow::validation
