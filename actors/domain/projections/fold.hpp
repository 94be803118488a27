// How events of the log become rows. A pure function of the events and of the rows before them: it does not matter how
// the log is cut into batches, and everything that several partitions add to is sorted by what the events say, not by
// arrival (tests/unit/domain/projections/interleaving_test). What stands in the log twice, since a service read its
// input again, counts once.
#pragma once

#include <cstdint>
#include <map>
#include <variant>
#include <vector>

#include "actors/domain/projections/pnl_fold.hpp"
#include "messages/events/envelope.hpp"
#include "messages/events/projections/changes.hpp"

namespace hedgerow::domain {

/// Fills of one execution that are counted in the profit.
struct counted_fills {
  shares filled;
  usd notional;
  bool ended = false;
};

/// What is remembered of a symbol beside its rows. A value.
struct symbol_state {
  /// Of the newest trade of each chain: the trades of a symbol stand in one partition, with ascending sequences.
  std::map<std::uint64_t, std::uint64_t> last_sequence;
  /// The executions that may still fill, by number: whether a step is late depends on the symbol's own partition only.
  std::map<std::uint64_t, counted_fills> open;
  /// Numbers up to this one that are not in `open` have ended long ago.
  std::uint64_t forgotten = 0;
  pnl_fold pnl;
};

/// An event of a topic that is projected.
using projected_event = std::variant<enveloped<onchain_trade>, enveloped<schwab_execution>, enveloped<position_update>,
                                     enveloped<dead_letter>, enveloped<token_update>, enveloped<control_event>>;

/// The rows that fold() has to know before.
[[nodiscard]] row_keys keys_of(const std::vector<projected_event>& events);

/// The rows after the events, which are in the order of their partitions. `before` has all rows of keys_of(events) that
/// there are.
[[nodiscard]] row_changes fold(const std::vector<projected_event>& events, known_rows before);

}  // namespace hedgerow::domain
