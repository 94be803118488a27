// Durations as people write them: 250ms, 30s, 5m, 2h, 7d.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hedgerow::config {

/// A whole number and a unit (ms, s, m, h, d), nothing else. Nothing when malformed or beyond 10000 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// In the largest unit that it is a whole number of.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds d);

}  // namespace hedgerow::config
