// Recomputes every position from trades, executions and control events by the rules of the position book, and compares
// it with position-updates byte for byte.
//
// Each update names what caused it, so the order in which the accumulator took its inputs is known. An input that
// caused no update must be one that changes nothing. Of a symbol whose older updates have been compacted away, the
// first one left is checked against the sums of trades and executions; from there on every byte counts again.
#pragma once

#include <string>
#include <vector>

#include "actors/domain/positions/position.hpp"
#include "runtime/replay/history.hpp"

namespace hedgerow::replay {

/// The first thing that does not agree about a symbol.
struct position_difference {
  std::string symbol;
  /// Where it is in the log: `position-updates/2@17`.
  std::string where;
  std::string what;
};

struct position_check {
  std::vector<position_difference> differences;
  std::uint64_t symbols = 0;
  /// Updates that were recomputed byte for byte.
  std::uint64_t updates = 0;
  /// Updates that follow a gap of compaction: their sums were compared.
  std::uint64_t after_compaction = 0;
  /// Records of all topics that were read.
  std::uint64_t records = 0;
};

/// `policy` is what the accumulator was configured with: what it orders depends on it. The error is for people: the log
/// cannot be read.
[[nodiscard]] expected<position_check, std::string> check_positions(ports::event_log& log,
                                                                    const domain::hedging_policy& policy,
                                                                    progress tell);

}  // namespace hedgerow::replay
