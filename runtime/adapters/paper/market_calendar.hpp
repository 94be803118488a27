// Regular sessions of the simulated exchange, in US/Eastern with its daylight-saving rule since 2007.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "messages/types/paper_policy.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::paper {

using calendar_day = std::chrono::year_month_day;

struct trading_session {
  timestamp start;
  timestamp end;
};

/// Hours east of UTC: -5, or -4 in summer.
[[nodiscard]] int eastern_offset(timestamp t);
/// The day in New York.
[[nodiscard]] calendar_day eastern_day(timestamp t);
/// 2025-01-03T09:30:00-05:00.
[[nodiscard]] std::string eastern_text(timestamp t);
/// YYYY-MM-DD of an existing day.
[[nodiscard]] std::optional<calendar_day> parse_day(std::string_view text);
[[nodiscard]] std::string day_text(calendar_day day);

class market_calendar {
 public:
  explicit market_calendar(paper_market mode) : mode_{mode} {}
  [[nodiscard]] paper_market mode() const { return mode_; }
  /// Nothing on a day without trading.
  [[nodiscard]] std::optional<trading_session> session_of(calendar_day day) const;
  [[nodiscard]] bool is_open(timestamp now) const;
  /// `now` when open, else the start of the next session; nothing when there is none.
  [[nodiscard]] std::optional<timestamp> next_open(timestamp now) const;
  /// When a day order that works at `t` expires; nothing when the market never closes.
  [[nodiscard]] std::optional<timestamp> close_after(timestamp t) const;

 private:
  paper_market mode_;
};

}  // namespace hedgerow::paper
