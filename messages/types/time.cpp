#include "messages/types/time.hpp"

#include <cstdio>

namespace hedgerow {
namespace {

using days = std::chrono::sys_days;

std::optional<int> number(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Minutes east of UTC of "Z", "+hh:mm", "-hhmm".
std::optional<int> offset_minutes(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() < 5 || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  const bool colon = zone[3] == ':';
  if (zone.size() != (colon ? 6U : 5U)) return std::nullopt;
  const auto hours = number(zone, 1, 2);
  const auto minutes = number(zone, colon ? 4 : 3, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

std::string format(timestamp t, int fraction_digits) {
  using namespace std::chrono;
  const sys_time<microseconds> point{microseconds{t.us}};
  const auto day = floor<std::chrono::days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  std::string text{buffer};
  text.resize(text.size() - static_cast<std::size_t>(6 - fraction_digits));
  return text + "Z";
}

}  // namespace

std::string to_rfc3339(timestamp t) { return format(t, 6); }
std::string to_iso_millis(timestamp t) { return format(t, 3); }

std::optional<timestamp> parse_time(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
  const auto hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100000;
    std::size_t digits = 0;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10, ++digits)
      micros += (text[at] - '0') * unit;
    if (digits == 0) return std::nullopt;
  }
  const auto zone = offset_minutes(text.substr(at));
  if (!zone) return std::nullopt;
  const std::int64_t seconds = days{date}.time_since_epoch().count() * std::int64_t{86400} +
                               (std::int64_t{*hour} * 60 + *minute - *zone) * 60 + *second;
  return timestamp{seconds * 1'000'000 + micros};
}

}  // namespace hedgerow
