// What a fold reads from the rows before it begins, and what it makes of them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "messages/events/projections/rows.hpp"

namespace hedgerow::domain {

struct symbol_state;

}  // namespace hedgerow::domain

namespace hedgerow {

/// What the fold of a symbol remembers beside its rows. Only the domain looks into it; never null in a map.
using symbol_state_ptr = std::shared_ptr<const domain::symbol_state>;

/// Keys of the rows that a batch of events may change.
struct row_keys {
  std::set<symbol> symbols;
  std::set<execution_id> executions;
  std::set<letter_place> letters;
  /// By scope the event ids of decisions.
  std::map<std::string, std::set<std::string>> decisions;
};

/// What is known of a scope's decisions.
struct known_decisions {
  /// Those of the asked event ids that are kept.
  std::set<std::string> ids;
  /// Number of the newest decision of the scope; 0 when there is none.
  std::uint64_t newest = 0;
};

/// The rows of these keys, without those that there are not.
struct known_rows {
  std::map<symbol, position_row> positions;
  std::map<symbol, symbol_state_ptr> states;
  std::map<execution_id, execution_row> executions;
  std::set<letter_place> letters;
  std::map<std::string, known_decisions> decisions;
  row_totals totals;
};

/// Rows to be inserted, or put in place of those with their key.
struct row_changes {
  std::map<symbol, position_row> positions;
  std::map<symbol, symbol_state_ptr> states;
  std::vector<trade_row> trades;
  std::map<execution_id, execution_row> executions;
  std::vector<dead_letter_row> letters;
  std::vector<decision_row> decisions;
  /// Nothing: as before.
  std::optional<login_row> login;
  row_totals totals;
};

}  // namespace hedgerow
