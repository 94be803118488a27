// From configuration keys to the paper broker's options.
#pragma once

#include "config/settings.hpp"
#include "runtime/adapters/paper/paper_options.hpp"

namespace hedgerow::world {

[[nodiscard]] paper::paper_options to_paper_options(const config::settings& values);

}  // namespace hedgerow::world
