// Positions as of now, of a time, or of offsets.
#pragma once

#include <map>

#include "runtime/replay/history.hpp"

namespace hedgerow::replay {

/// One symbol at the cut.
struct position_at {
  /// Complete when `origin` is known; otherwise the sums and the live executions only.
  position_update state;
  /// The update that says so; nothing when it is worked out from trades and executions.
  std::optional<std::pair<topic_partition, std::int64_t>> origin;
  /// When the newest record that it rests on was recorded.
  timestamp recorded_at;
};

struct position_report {
  std::map<std::string, position_at> symbols;
  std::uint64_t records = 0;
  std::uint64_t undecodable = 0;
};

/// The newest position update of each symbol within the cut. Where compaction has taken that, and for all symbols when
/// the cut names offsets of trades or executions, the position is worked out from trades and executions. The error is
/// for people.
[[nodiscard]] expected<position_report, std::string> positions_at(ports::event_log& log, const cut& until,
                                                                  progress tell);

/// {"positions":[...]}, and a table for people. `symbol` picks one; empty for all.
[[nodiscard]] std::string to_json(const position_report& report, const std::string& symbol);
[[nodiscard]] std::string to_text(const position_report& report, const std::string& symbol);

}  // namespace hedgerow::replay
