// What the ingestion service is to its node.
#pragma once

#include "actors/services/descriptor.hpp"

namespace hedgerow::ingestion {

inline constexpr const char* service_name = "ingestion";
inline constexpr topic inputs[] = {topic::ingestion_changelog};
inline constexpr service_info description{service_name, "reads the fills of the order books from the chain",
                                          inputs,       topic::ingestion_changelog,
                                          "chain",      {.books = true},
                                          false,        {.writes_alone = topic::blockchain_events}};
extern const services::descriptor descriptor;

}  // namespace hedgerow::ingestion
