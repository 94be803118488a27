// The rows that the query side keeps and shows, and by what they are known. Values: nothing here decides anything.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "messages/events/control_event.hpp"
#include "messages/events/dead_letter.hpp"
#include "messages/events/onchain_trade.hpp"
#include "messages/events/position_update.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/events/token_update.hpp"

namespace hedgerow {

/// Key: the symbol, which is always set in `latest`.
struct position_row {
  /// As default-constructed while only trades of the symbol are known.
  position_update latest;
  timestamp updated_at;
  /// Since when at least one whole share is not hedged; nothing when less than that is open.
  std::optional<timestamp> unhedged_since;
  /// Dollars earned over both venues.
  usd realized;
  friend bool operator==(const position_row&, const position_row&) = default;
};

/// The order of trades: partitions bring them out of order between them, the sequence is one for all.
struct trade_place {
  std::uint64_t sequence = 0;
  std::uint64_t chain_id = 0;
  timestamp recorded_at;
  hedgerow::symbol symbol;
  friend auto operator<=>(const trade_place&, const trade_place&) = default;
};

/// Key: its place.
struct trade_row {
  onchain_trade trade;
  timestamp recorded_at;
  friend bool operator==(const trade_row&, const trade_row&) = default;
};

[[nodiscard]] inline trade_place place_of(const trade_row& row) {
  return {row.trade.sequence, row.trade.chain_id, row.recorded_at, row.trade.symbol};
}

/// The order of executions: by when the first step was recorded.
struct execution_place {
  timestamp created_at;
  execution_id execution;
  friend auto operator<=>(const execution_place&, const execution_place&) = default;
};

/// Key: the execution's id.
struct execution_row {
  /// The newest step, with the most that was ever reported as filled.
  schwab_execution latest;
  timestamp created_at;
  timestamp updated_at;
  /// State and when it was recorded, in order.
  std::vector<std::pair<execution_state, timestamp>> history;
  /// It has been terminal; late steps do not take that back.
  bool ended = false;
  friend bool operator==(const execution_row&, const execution_row&) = default;
};

[[nodiscard]] inline execution_place place_of(const execution_row& row) {
  return {row.created_at, row.latest.execution};
}

/// The record of the log that a dead letter is about, and who gave up on it and why.
struct letter_place {
  std::string service;
  std::string reason;
  std::string topic;
  std::uint32_t partition = 0;
  std::int64_t offset = 0;
  friend auto operator<=>(const letter_place&, const letter_place&) = default;
};

/// Key: the number. The place is a key, too, where there is one.
struct dead_letter_row {
  dead_letter letter;
  timestamp recorded_at;
  /// From 1, in the order of the log.
  std::uint64_t number = 0;
  friend bool operator==(const dead_letter_row&, const dead_letter_row&) = default;
};

/// Nothing for a letter that is about no record of the log.
[[nodiscard]] inline std::optional<letter_place> place_of(const dead_letter& letter) {
  if (letter.origin_offset < 0) return std::nullopt;
  return letter_place{letter.service, letter.reason, letter.origin_topic, letter.origin_partition,
                      letter.origin_offset};
}

/// The order of decisions.
struct decision_place {
  timestamp recorded_at;
  std::string scope;
  std::uint64_t number = 0;
  friend auto operator<=>(const decision_place&, const decision_place&) = default;
};

/// What a person decided, who and why. Key: scope and number.
struct decision_row {
  control_event decision;
  timestamp recorded_at;
  std::string event_id;
  /// From 1, of this scope.
  std::uint64_t number = 0;
  friend bool operator==(const decision_row&, const decision_row&) = default;
};

[[nodiscard]] inline decision_place place_of(const decision_row& row) {
  return {row.recorded_at, row.decision.scope, row.number};
}

/// The broker's login, without its tokens. There is at most one.
struct login_row {
  token_event event = token_event::logged_in;
  timestamp access_expires_at;
  /// When a person has to log in again.
  timestamp refresh_expires_at;
  /// For people, without secrets.
  std::string detail;
  friend bool operator==(const login_row&, const login_row&) = default;
};

/// How many there are in the log, whatever of them is kept.
struct row_totals {
  std::uint64_t trades = 0;
  std::uint64_t executions = 0;
  std::uint64_t dead_letters = 0;
  friend bool operator==(const row_totals&, const row_totals&) = default;
};

}  // namespace hedgerow
