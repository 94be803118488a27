// What a failed call means; declared in schwab_parse.hpp.
#include <algorithm>
#include <charconv>

#include "messages/types/http_date.hpp"
#include "runtime/adapters/schwab/json_text_numbers.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {
namespace {

constexpr std::chrono::milliseconds longest_pause = std::chrono::hours{1};

broker_failure kind_of(int status) {
  switch (status) {
    case 400:
    case 403: return broker_failure::refused;
    case 401: return broker_failure::unauthorized;
    case 404: return broker_failure::not_found;
    case 429: return broker_failure::throttled;
    default: return status >= 500 && status <= 599 ? broker_failure::server_error : broker_failure::malformed;
  }
}

bool alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Letters, digits and what else codes, tokens and hashes are made of.
bool token_like(char c) { return alphanumeric(c) || std::string_view{"_-.+=/@~%"}.find(c) != std::string_view::npos; }

/// A long run is a secret unless it is made of words, as error codes are: unsupported_token_type.
bool secret_run(std::string_view run) {
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '.'; };
  if (run.size() >= 20 && !std::all_of(run.begin(), run.end(), word)) return true;
  std::size_t digits = 0;
  for (const char c : run) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits >= 5) return true;
  }
  return false;
}

void append_words(std::string& out, const json& value) {
  const auto add = [&out](std::optional<std::string_view> text) {
    if (!text || text->empty()) return;
    if (!out.empty()) out += "; ";
    out += *text;
  };
  add(string_of(&value));
  for (const char* name : {"message", "error", "error_description", "title", "detail"})
    add(string_of(member(value, name)));
}

/// `message` and `errors`, or what OAuth and the market data calls have in their place. Nothing when the body is not
/// the broker's: all of its errors are JSON objects (facts, 5.9).
std::optional<std::string> words_of(const std::string& body) {
  const auto document = parse_json(body);
  if (!document || !document->IsObject()) return std::nullopt;
  std::string words;
  append_words(words, *document);
  const json* errors = member(*document, "errors");
  if (errors != nullptr && errors->IsArray())
    for (const json& e : errors->GetArray()) append_words(words, e);
  return words;
}

}  // namespace

std::string safe_text(std::string_view text) {
  constexpr std::size_t limit = 200;
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < limit) {
    if (!token_like(text[at])) {
      const char c = text[at++];
      out += c >= ' ' && c < 0x7f ? c : ' ';
      continue;
    }
    auto end = at;
    while (end < text.size() && token_like(text[end])) ++end;
    const auto run = text.substr(at, end - at);
    out += secret_run(run) ? std::string{"***"} : std::string{run};
    at = end;
  }
  if (out.size() > limit || at < text.size()) out = out.substr(0, limit) + "...";
  return out;
}

std::chrono::milliseconds parse_retry_after(std::string_view value, timestamp now) {
  std::chrono::milliseconds pause{0};
  std::uint64_t seconds = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (!value.empty() && end == value.data() + value.size()) {
    if (ec == std::errc::result_out_of_range || seconds > 3600) return longest_pause;
    pause = std::chrono::seconds{seconds};
  } else if (const auto date = parse_http_date(value)) {
    pause = std::chrono::duration_cast<std::chrono::milliseconds>(*date - now);
  }
  return std::clamp(pause, std::chrono::milliseconds{0}, longest_pause);
}

bool is_oauth_refusal(const http::response& answer) {
  if (answer.status != 400 && answer.status != 401) return false;
  const auto document = parse_json(answer.body);
  const auto code = document ? string_of(member(*document, "error")) : std::nullopt;
  return code && !code->empty() && *code != "temporarily_unavailable" && *code != "server_error";
}

broker_error read_error(const http::response& answer, timestamp now) {
  broker_error error;
  error.kind = kind_of(answer.status);
  error.http_status = answer.status;
  error.detail = "HTTP " + std::to_string(answer.status);
  const auto words = words_of(answer.body);
  if (words && !words->empty()) error.detail += ": " + safe_text(*words);
  // A firewall or a proxy in between answers with a page of its own: its no is not the broker's, and may pass.
  if (!words && (error.kind == broker_failure::refused || error.kind == broker_failure::not_found)) {
    error.kind = broker_failure::malformed;
    error.detail += " without the broker's JSON: it comes from something in between";
  }
  if (const auto after = http::find_header(answer.headers, "Retry-After"))
    error.retry_after = parse_retry_after(*after, now);
  return error;
}

}  // namespace hedgerow::schwab
