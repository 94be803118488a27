// Wall-clock time in microseconds, and the time that never goes back. Where "now" comes from is a port
// (actors/ports/clock.hpp).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow {

using std::chrono::microseconds;

/// Microseconds since 1970-01-01T00:00:00Z.
struct timestamp {
  std::int64_t us = 0;

  friend auto operator<=>(const timestamp&, const timestamp&) = default;
  friend timestamp operator+(timestamp t, microseconds d) { return {t.us + d.count()}; }
  friend timestamp operator-(timestamp t, microseconds d) { return {t.us - d.count()}; }
  friend microseconds operator-(timestamp a, timestamp b) { return microseconds{a.us - b.us}; }
};

/// RFC 3339 in UTC with microseconds: 2025-01-03T14:30:00.000000Z.
[[nodiscard]] std::string to_rfc3339(timestamp t);
/// ISO 8601 with milliseconds as Schwab's list filter wants it: 2025-08-29T17:15:17.000Z (facts, 5.8).
[[nodiscard]] std::string to_iso_millis(timestamp t);
/// Accepts `Z`, `+00:00`, `-05:00`, `+0000` and fractional seconds (facts, 5.6). Anything else is nothing.
[[nodiscard]] std::optional<timestamp> parse_time(std::string_view text);

/// Time since an arbitrary start that never goes back and also goes on while the machine is suspended. Leases and
/// time-outs are measured with it.
using monotonic_time = std::chrono::nanoseconds;

/// The end of a lease, on both clocks: the monotonic one cannot be set, and the wall clock is the one that a machine
/// that was frozen from outside gets right again.
struct deadline {
  monotonic_time monotonic{0};
  timestamp wall;
  /// Either clock has come to the end.
  [[nodiscard]] bool passed(monotonic_time now, timestamp wall_now) const {
    return now >= monotonic || wall_now >= wall;
  }
};

}  // namespace hedgerow
