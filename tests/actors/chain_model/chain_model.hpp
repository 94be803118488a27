// Runs a script against the ingestion service and judges every event that it writes.
#pragma once

#include <optional>
#include <string>

#include "chain_script.hpp"

namespace hedgerow::test {

/// What went wrong; nothing when the events were right throughout and are those of the last chain at the end.
[[nodiscard]] std::optional<std::string> run_chain_script(const chain_script& script);

/// A script that fails as well, and fails no longer when any one of its steps is taken out.
[[nodiscard]] chain_script shorten(chain_script failing);

}  // namespace hedgerow::test
