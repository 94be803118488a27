// What can be asked of the query side, and what it answers. Pages go from the newest row to the oldest.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/projections/rows.hpp"

namespace hedgerow {

/// Rows of one kind, newest first.
template <class Row, class Place>
struct page_of {
  std::vector<Row> rows;
  /// Ask again with this as `before` for the rows that follow; nothing at the end. Rows that are added meanwhile do
  /// not move the pages.
  std::optional<Place> next;
};

/// A half-open span of time.
struct time_span {
  timestamp from{std::numeric_limits<std::int64_t>::min()};
  timestamp until{std::numeric_limits<std::int64_t>::max()};
  [[nodiscard]] bool contains(timestamp t) const { return from <= t && t < until; }
};

/// Rows that a page has unless it is told otherwise.
inline constexpr std::size_t default_page_rows = 100;

struct trades_query {
  /// Only of this symbol; empty for all.
  std::string symbol;
  /// Only recorded in this time.
  time_span recorded{};
  /// At most so many, at least one.
  std::size_t limit = default_page_rows;
  /// Only rows before this place.
  std::optional<trade_place> before{};
};
using trade_page = page_of<trade_row, trade_place>;

struct executions_query {
  /// Only of this symbol; empty for all.
  std::string symbol;
  /// Only in one of these states; nothing for all.
  std::optional<std::vector<execution_state>> states{};
  /// Only those that have not ended.
  bool pending = false;
  /// Only created in this time.
  time_span created{};
  /// At most so many, at least one.
  std::size_t limit = default_page_rows;
  /// Only rows before this place.
  std::optional<execution_place> before{};
};
using execution_page = page_of<execution_row, execution_place>;

struct dead_letters_query {
  /// At most so many, at least one.
  std::size_t limit = default_page_rows;
  /// Only numbers below this one.
  std::optional<std::uint64_t> before{};
};
using dead_letter_page = page_of<dead_letter_row, std::uint64_t>;

struct decisions_query {
  /// Only of this scope; empty for all.
  std::string scope;
  /// At most so many, at least one.
  std::size_t limit = default_page_rows;
  /// Only rows before this place.
  std::optional<decision_place> before{};
};
using decision_page = page_of<decision_row, decision_place>;

/// By symbol.
struct position_list {
  std::vector<position_row> rows;
};

/// Nothing when the symbol has none.
struct position_answer {
  std::optional<position_row> row;
};

/// Nothing when it is not known, or no longer kept.
struct execution_answer {
  std::optional<execution_row> row;
};

/// What health and metrics show, of one moment.
struct projection_overview {
  position_list positions;
  /// Nothing before the first.
  std::optional<login_row> login;
  row_totals totals;
  /// Executions that are kept: all that have not ended, and the newest ended ones. Index: the state.
  std::array<std::uint64_t, static_cast<std::size_t>(execution_state::held) + 1> executions_in_state{};
};

}  // namespace hedgerow
