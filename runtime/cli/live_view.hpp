// What `make run` shows: fills, positions and how far they are from the next share, orders, what is unhedged, profit.
#pragma once

#include <set>
#include <string>

#include "messages/events/projections/questions.hpp"

namespace hedgerow::cli {

struct live_header {
  std::string title;
  std::string api_url;
  std::string admin_url;
  timestamp started_at;
};

/// What is shown, of about one moment.
struct live_rows {
  projection_overview known;
  /// The newest ones, newest first.
  trade_page trades;
  execution_page executions;
};

/// Trades and executions that the screen shows at most.
inline constexpr std::size_t screen_rows = 6;

/// A whole screen, without control sequences; each line fits 100 columns.
[[nodiscard]] std::string live_screen(const live_rows& rows, const live_header& header, timestamp now);

/// Remembers what it has printed, so that a pipe gets each thing once.
class line_printer {
 public:
  /// New trades and steps of executions since the last call, as far as they are among `rows`, one line each, and a line
  /// of totals.
  [[nodiscard]] std::string lines(const live_rows& rows, timestamp now);

 private:
  /// Those that the last call was given.
  std::set<trade_place> trades_;
  timestamp executions_until_;
};

/// Dollars with two decimals and sign, for display only.
[[nodiscard]] std::string money(const usd& amount);

}  // namespace hedgerow::cli
