// Reading the configuration for a command, with errors shown to the person at the terminal.
#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"

namespace hedgerow::cli {

/// Prints warnings and errors to standard error. Nothing when the configuration cannot be used.
[[nodiscard]] std::optional<config::settings> load_config(const std::string& file);

}  // namespace hedgerow::cli
