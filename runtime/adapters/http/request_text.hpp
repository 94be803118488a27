// The bytes of a request. Internal to this folder.
#pragma once

#include <string>

#include "messages/types/expected.hpp"
#include "runtime/adapters/http/http_types.hpp"
#include "runtime/adapters/http/origin.hpp"

namespace hedgerow::http {

/// Fails, without quoting values, when method, target or headers hold what could end a line or a field, or when a
/// header that belongs to the connection (Host, Content-Length, ...) is given.
[[nodiscard]] expected<std::string, std::string> request_text(const request& r, const origin& target);

}  // namespace hedgerow::http
