// What the tokens service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::tokens {

inline constexpr const char* service_name = "tokens";
inline constexpr topic inputs[] = {topic::token_updates};
inline constexpr service_info description{
    service_name, "keeps the broker's login alive", inputs, topic::token_updates, "oauth", {.login = true}, false};
extern const services::descriptor descriptor;

}  // namespace hedgerow::tokens
