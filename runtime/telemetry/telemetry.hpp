// Log lines of the process, as text for people or JSON for machines, on standard error.
#pragma once

#include <memory>

#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"

namespace hedgerow::telemetry {

struct log_options {
  /// trace, debug, info, warn, error, off
  std::string level = "info";
  bool json = false;
};

/// `clock` must outlive the result.
[[nodiscard]] std::unique_ptr<ports::notices> make_notices(const log_options& options, const ports::clock& clock);

}  // namespace hedgerow::telemetry
