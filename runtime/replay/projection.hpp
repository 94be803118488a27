// What the API shows, rebuilt from the log.
#pragma once

#include <string>

#include "runtime/replay/history.hpp"

namespace hedgerow::replay {

/// The names of projections, as on the command line.
inline constexpr const char* projection_names[] = {"positions", "trades", "executions", "dead-letters"};

struct projection_request {
  /// One of projection_names.
  std::string name;
  /// As the API's parameters; empty for all. Positions: this one only.
  std::string symbol;
  std::string status;
  std::size_t limit = 100;
  /// What the time since when something is unhedged is counted to.
  timestamp now;
};

struct projection {
  /// The same bytes as the body of the API's answer.
  std::string json;
  std::uint64_t records = 0;
  /// Records that this build cannot read; the API leaves them out, too.
  std::uint64_t undecodable = 0;
};

/// The error is for people: the log cannot be read, or there is no such symbol.
[[nodiscard]] expected<projection, std::string> rebuild(ports::event_log& log, const projection_request& request,
                                                        cut until, progress tell);

}  // namespace hedgerow::replay
