// HTTP as the other adapters see it. No Beast header is visible outside this folder's sources.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow::http {

using headers = std::vector<std::pair<std::string, std::string>>;

/// Case-insensitive; the first of several.
[[nodiscard]] std::optional<std::string> find_header(const headers& all, std::string_view name);

struct request {
  std::string method = "GET";
  /// Path and query, percent-encoded.
  std::string target = "/";
  http::headers headers;
  std::string body;
};

struct response {
  int status = 200;
  http::headers headers;
  std::string body;
};

/// Path and decoded query parameters of a target. Form decoding: '+' is a blank.
struct url_query {
  std::string path;
  std::vector<std::pair<std::string, std::string>> parameters;
  /// The first one of that name.
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
};
[[nodiscard]] url_query parse_target(std::string_view target);
/// Everything except A-Z a-z 0-9 - _ . ~ is encoded; a blank is %20 (facts, 5.1).
[[nodiscard]] std::string percent_encode(std::string_view text);
/// A part of a path: '+' stands for itself, and so does a '%' that is not followed by two hexadecimal digits.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace hedgerow::http
