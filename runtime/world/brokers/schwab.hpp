// Charles Schwab, or the paper broker in its place.
#pragma once

#include "runtime/world/brokers/descriptor.hpp"

namespace hedgerow::brokers {

extern const descriptor schwab_descriptor;

}  // namespace hedgerow::brokers
