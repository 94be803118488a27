// What `make run` shows: fills, positions and how far they are from the next share, orders, what is unhedged, profit.
#pragma once

#include <string>

#include "actors/domain/projections/read_model.hpp"

namespace hedgerow::cli {

struct live_header {
  std::string title;
  std::string api_url;
  std::string admin_url;
  timestamp started_at;
};

/// A whole screen, without control sequences; each line fits 100 columns.
[[nodiscard]] std::string live_screen(const domain::read_model& model, const live_header& header, timestamp now);

/// Remembers what it has printed, so that a pipe gets each thing once.
class line_printer {
 public:
  /// New trades and steps of executions since the last call, one line each, and a line of totals.
  [[nodiscard]] std::string lines(const domain::read_model& model, timestamp now);

 private:
  std::uint64_t trades_ = 0;
  timestamp executions_until_;
};

/// Dollars with two decimals and sign, for display only.
[[nodiscard]] std::string money(const usd& amount);

}  // namespace hedgerow::cli
