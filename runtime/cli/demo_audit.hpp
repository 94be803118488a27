// Whether the books, the chain and the broker agree: three sources that share no code.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "messages/events/projections/questions.hpp"

namespace hedgerow::cli {

struct audit_sources {
  /// The books: positions, and all executions.
  position_list positions;
  std::vector<execution_row> executions;
  /// Net shares of the owner by symbol, from contract storage.
  std::map<std::string, shares> chain;
  /// GET /paper/ledger.
  std::string broker_ledger;
};

struct audit_result {
  /// What does not agree; empty when everything does.
  std::vector<std::string> differences;
  /// Hedged, and nothing under way.
  bool settled = false;
  /// A table for people: chain, books, broker, net.
  std::string table;
};

/// Compares to the last 1e-18 share. Every order of the broker must belong to exactly one execution.
[[nodiscard]] audit_result audit(const audit_sources& sources);

/// Whether nothing more will happen if no more fills come: no live execution, less than a share open.
[[nodiscard]] bool is_settled(const position_list& books);

}  // namespace hedgerow::cli
