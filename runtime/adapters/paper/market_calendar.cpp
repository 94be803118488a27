#include "runtime/adapters/paper/market_calendar.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono;

sys_time<microseconds> point(timestamp t) { return sys_time<microseconds>{microseconds{t.us}}; }
timestamp stamp(sys_time<microseconds> t) { return {t.time_since_epoch().count()}; }

/// The instant when clocks in New York show `of_day` on `day`. The hour that is skipped or repeated is never asked for.
timestamp from_eastern(calendar_day day, minutes of_day) {
  const timestamp as_summer = stamp(sys_days{day} + of_day + hours{4});
  return eastern_offset(as_summer) == -4 ? as_summer : as_summer + hours{1};
}

}  // namespace

int eastern_offset(timestamp t) {
  const year_month_day utc{floor<days>(point(t))};
  // Summer time begins at 2:00 standard time (7:00 UTC) and ends at 2:00 summer time (6:00 UTC).
  const auto begins = sys_days{utc.year() / March / Sunday[2]} + hours{7};
  const auto ends = sys_days{utc.year() / November / Sunday[1]} + hours{6};
  return point(t) >= begins && point(t) < ends ? -4 : -5;
}

calendar_day eastern_day(timestamp t) { return floor<days>(point(t) + hours{eastern_offset(t)}); }

std::string eastern_text(timestamp t) {
  const int offset = eastern_offset(t);
  return to_rfc3339(t + hours{offset}).substr(0, 19) + (offset == -4 ? "-04:00" : "-05:00");
}

std::optional<calendar_day> parse_day(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto midnight = parse_time(std::string{text} + "T00:00:00Z");
  if (!midnight) return std::nullopt;
  return calendar_day{floor<days>(point(*midnight))};
}

std::string day_text(calendar_day day) { return to_rfc3339(stamp(sys_days{day})).substr(0, 10); }

std::optional<trading_session> market_calendar::session_of(calendar_day day) const {
  if (mode_ == paper_market::closed) return std::nullopt;
  if (mode_ == paper_market::always_open)
    return trading_session{from_eastern(day, minutes{0}), from_eastern(sys_days{day} + days{1}, minutes{0})};
  const weekday name{sys_days{day}};
  if (name == Saturday || name == Sunday) return std::nullopt;
  return trading_session{from_eastern(day, hours{9} + minutes{30}), from_eastern(day, hours{16})};
}

bool market_calendar::is_open(timestamp now) const {
  const auto session = session_of(eastern_day(now));
  return session && session->start <= now && now < session->end;
}

std::optional<timestamp> market_calendar::next_open(timestamp now) const {
  if (mode_ == paper_market::closed) return std::nullopt;
  calendar_day day = eastern_day(now);
  while (true) {
    const auto session = session_of(day);
    if (session && now < session->end) return std::max(now, session->start);
    day = sys_days{day} + days{1};
  }
}

std::optional<timestamp> market_calendar::close_after(timestamp t) const {
  if (mode_ != paper_market::us_hours) return std::nullopt;
  const auto session = session_of(eastern_day(t));
  if (!session) return std::nullopt;
  return session->end;
}

}  // namespace hedgerow::paper
