// HTTP answers as the broker words them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::paper {

[[nodiscard]] http::response json_answer(int status, std::string body);
/// {message, errors} (facts, 5.9).
[[nodiscard]] http::response error_answer(int status, const std::string& message,
                                          const std::vector<std::string>& errors = {});
/// {error, error_description} of OAuth.
[[nodiscard]] http::response oauth_error(int status, const std::string& error, const std::string& description);
[[nodiscard]] http::response html_answer(int status, const std::string& title, const std::string& body);
/// &, <, >, " and ' as entities.
[[nodiscard]] std::string html_escape(std::string_view text);

}  // namespace hedgerow::paper
