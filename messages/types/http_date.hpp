// The time in headers of HTTP.
#pragma once

#include <optional>
#include <string_view>

#include "messages/types/time.hpp"

namespace hedgerow {

/// As RFC 9110 writes it: Sun, 06 Nov 1994 08:49:37 GMT. The older spellings are not sent by anything of today.
[[nodiscard]] std::optional<timestamp> parse_http_date(std::string_view text);

}  // namespace hedgerow
