// How times and offsets are written on the command line of `hedgerow replay`.
#pragma once

#include <optional>
#include <string>

#include "messages/events/record.hpp"

namespace hedgerow::cli {

/// RFC 3339, or so long before `now`: `15m ago`, with s, m, h or d.
[[nodiscard]] std::optional<timestamp> parse_moment(const std::string& text, timestamp now);

/// TOPIC/PARTITION=OFFSET. Whether there is such a partition is not checked.
[[nodiscard]] std::optional<input_offset> parse_offset_limit(const std::string& text);

}  // namespace hedgerow::cli
