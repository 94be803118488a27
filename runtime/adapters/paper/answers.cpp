#include "runtime/adapters/paper/answers.hpp"

#include "runtime/adapters/paper/json_text.hpp"

namespace hedgerow::paper {

http::response json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

http::response error_answer(int status, const std::string& message, const std::vector<std::string>& errors) {
  json_text json;
  json.object([&] {
    json.text("message", message);
    json.array("errors", [&] {
      for (const auto& e : errors) json.item(e);
    });
  });
  return json_answer(status, json.take());
}

http::response oauth_error(int status, const std::string& error, const std::string& description) {
  json_text json;
  json.object([&] {
    json.text("error", error);
    json.text("error_description", description);
  });
  return json_answer(status, json.take());
}

http::response html_answer(int status, const std::string& title, const std::string& body) {
  std::string page = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + html_escape(title) +
                     "</title><style>body{font-family:sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem}"
                     "button{font-size:1rem;padding:.6rem 1.2rem}</style></head><body><h1>" +
                     html_escape(title) + "</h1>\n" + body + "</body></html>\n";
  return {status,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
          std::move(page)};
}

std::string html_escape(std::string_view text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  return result;
}

}  // namespace hedgerow::paper
