// The routes of a port, as one table: requests are dispatched by it, the texts of 404 and 405 name what is in it, and
// the table in README.md is made from it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/adapters/http/http_server.hpp"
#include "runtime/api/request_filter.hpp"

namespace hedgerow::api {

/// A request that a route takes.
struct call {
  http::url_query query;
  /// What stood at the `{name}`s of the pattern, decoded, in their order.
  std::vector<std::string> captured;
  http::responder respond;

  /// Empty when it is not there.
  [[nodiscard]] std::string parameter(std::string_view name) const { return query.find(name).value_or(""); }
};

struct route {
  std::string_view method;
  /// `/positions/{symbol}`: a `{name}` stands for one part of the path, never an empty one.
  std::string pattern;
  caller may = caller::reader;
  /// Names of query parameters.
  std::vector<std::string_view> parameters;
  /// What the answer is, for people; in Markdown.
  std::string_view summary;
  /// Runs on the HTTP server's thread and does not block. Answers once, now or later.
  std::function<void(const call&)> handle;
};

using routes = std::vector<route>;

/// Answers each request by the first route that fits. `HEAD` goes where `GET` goes. 403 with the reason when the filter
/// refuses it, 404 with what there is, 405 with what the path takes.
[[nodiscard]] http::handler make_handler(routes table, std::vector<std::string> allowed_hosts);

/// `GET /trades?symbol=&limit=`
[[nodiscard]] std::string title_of(const route& r);

/// Tables of ports in Markdown: a row for each route, with the port in front of the path.
[[nodiscard]] std::string markdown_of(const std::vector<std::pair<std::string, routes>>& ports);

}  // namespace hedgerow::api
