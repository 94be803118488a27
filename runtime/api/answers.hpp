// The kinds of answers that the API and the admin endpoint give.
#pragma once

#include <chrono>
#include <string>

#include "runtime/adapters/http/http_types.hpp"
#include "runtime/api/json_writer.hpp"

namespace hedgerow::api {

/// What an answer may take of an actor of this node.
inline constexpr std::chrono::seconds answer_timeout{2};

[[nodiscard]] inline http::response json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

[[nodiscard]] inline http::response text(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

/// {"error": message}
[[nodiscard]] inline http::response problem(int status, const std::string& message) {
  json_writer w;
  w.begin_object();
  w.field("error", message);
  w.end_object();
  return json(status, w.take());
}

}  // namespace hedgerow::api
