#include "runtime/adapters/http/request_text.hpp"

#include <algorithm>

namespace hedgerow::http {
namespace {

/// RFC 9110: a character of a method or header name.
bool token_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), token_character); }

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

expected<std::string, std::string> request_text(const request& r, const origin& target) {
  if (!is_token(r.method)) return unexpected(std::string{"the request method is not valid"});
  if (!is_target(r.target)) return unexpected(std::string{"the request target is not a percent-encoded path"});
  std::string text =
      r.method + " " + r.target + " HTTP/1.1\r\nHost: " + target.host_header() + "\r\nUser-Agent: hedgerow\r\n";
  for (const auto& [name, value] : r.headers) {
    if (!is_token(name)) return unexpected(std::string{"a header name is not valid"});
    if (!is_field_value(value)) return unexpected("the value of header " + name + " holds a line end");
    for (const std::string_view own : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "User-Agent"})
      if (find_header({{name, {}}}, own)) return unexpected("header " + name + " is set by the client itself");
    text += name + ": " + value + "\r\n";
  }
  const bool with_body = !r.body.empty() || r.method == "POST" || r.method == "PUT" || r.method == "PATCH";
  if (with_body) text += "Content-Length: " + std::to_string(r.body.size()) + "\r\n";
  return text + "\r\n" + r.body;
}

}  // namespace hedgerow::http
