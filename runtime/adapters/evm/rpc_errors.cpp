#include "runtime/adapters/evm/rpc_errors.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "messages/types/http_date.hpp"
#include "runtime/adapters/evm/rpc_json.hpp"

namespace hedgerow::evm {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_message = 300;
/// Longer pauses are no wish but an outage.
constexpr std::int64_t longest_wish_ms = 24LL * 3600 * 1000;
constexpr int deepest_data = 4;

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto w) { return text.find(w) != std::string_view::npos; });
}

char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), to_lower);
  return out;
}

/// The number alone, not as a part of a longer one: block numbers have such digits, too.
bool contains_number(std::string_view text, std::string_view number) {
  for (auto at = text.find(number); at != std::string_view::npos; at = text.find(number, at + 1)) {
    const auto end = at + number.size();
    const bool before = at > 0 && (is_digit(text[at - 1]) || is_letter(text[at - 1]));
    const bool after = end < text.size() && (is_digit(text[end]) || is_letter(text[end]));
    if (!before && !after) return true;
  }
  return false;
}

long read_code(const rapidjson::Value& error) {
  const auto* value = member(error, "code");
  long code = 0;
  if (value != nullptr && value->IsString()) {
    const auto text = text_of(*value);
    std::from_chars(text.data(), text.data() + text.size(), code);
  }
  return code;
}

ports::chain_failure kind_of(std::string_view method, long code, std::string_view text) {
  using enum ports::chain_failure;
  if (code == 3 || contains_any(text, {"execution reverted", "vm execution error", "revert"})) return reverted;
  if (code == 429 || contains_any(text, {"rate limit", "rate exceeded", "request rate", "too many request",
                                         "throughput", "compute units", "request count exceeded", "capacity exceeded",
                                         "throttl", "quota", "per second", "requests per"})) {
    return throttled;
  }
  const bool about_range = contains_any(text, {"more than 10000",
                                               "query returned more than",
                                               "block range",
                                               "range too",
                                               "range is too",
                                               "range exceed",
                                               "too many results",
                                               "too many blocks",
                                               "too many logs",
                                               "response size",
                                               "response is too big",
                                               "too large",
                                               "too wide",
                                               "result set",
                                               "max results",
                                               "query timeout exceeded",
                                               "limited to",
                                               "limit the query",
                                               "blocks distance",
                                               "maximum is set to"});
  // Such as geth's "block range extends beyond current head block".
  const bool about_head = contains_any(text, {"beyond current head", "unknown block", "header not found"});
  if (method == "eth_getLogs" && about_range && !about_head) return range_too_wide;
  if (contains_number(text, "429")) return throttled;
  if (code == -32005) return method == "eth_getLogs" ? limit_exceeded : throttled;
  return rpc_error;
}

/// A decimal number with an optional unit at the beginning of `text`.
std::optional<milliseconds> read_duration(std::string_view text, double unit_ms) {
  std::size_t end = 0;
  double value = 0;
  double place = 0;
  while (end < text.size() && end < 16 && (is_digit(text[end]) || (text[end] == '.' && place == 0))) {
    if (text[end] == '.') {
      place = 1;
    } else if (place == 0) {
      value = value * 10 + (text[end] - '0');
    } else {
      place /= 10;
      value += (text[end] - '0') * place;
    }
    ++end;
  }
  if (end == 0) return std::nullopt;
  text.remove_prefix(end);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text.starts_with("ms") || text.starts_with("milli"))
    unit_ms = 1;
  else if (text.starts_with("min") || text == "m")
    unit_ms = 60'000;
  else if (text.starts_with("s"))
    unit_ms = 1000;
  const double wish = value * unit_ms;
  if (wish <= 0 || wish > static_cast<double>(longest_wish_ms)) return std::nullopt;
  return milliseconds{static_cast<std::int64_t>(wish)};
}

/// Names of members that hold a pause, without separators and in lower case, with their unit.
std::optional<double> unit_of(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (is_letter(c)) plain.push_back(to_lower(c));
  constexpr std::array<std::string_view, 9> names{"retryafter",  "retryin",           "tryagainin",
                                                  "backoff",     "backoffseconds",    "wait",
                                                  "waitseconds", "retryafterseconds", "retrydelay"};
  if (plain.ends_with("ms") || plain.ends_with("millis")) {
    plain.resize(plain.size() - (plain.ends_with("ms") ? 2 : 6));
    return std::ranges::find(names, plain) != names.end() ? std::optional{1.0} : std::nullopt;
  }
  return std::ranges::find(names, plain) != names.end() ? std::optional{1000.0} : std::nullopt;
}

std::optional<milliseconds> wish_in_data(const rapidjson::Value& data, int depth) {
  if (data.IsString()) return wish_in_text(text_of(data));
  if (!data.IsObject() || depth > deepest_data) return std::nullopt;
  for (const auto& [name, value] : data.GetObject()) {
    if (const auto unit = unit_of(text_of(name)); unit && value.IsString()) {
      if (const auto wish = read_duration(lower(text_of(value)), *unit)) return wish;
    }
    if (const auto wish = wish_in_data(value, depth + 1)) return wish;
  }
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> wish_in_text(std::string_view text) {
  const auto plain = lower(text);
  for (const std::string_view word : {"retry after", "retry-after", "retry in", "try again in", "try again after",
                                      "wait for", "wait", "back off for", "backoff"}) {
    for (auto at = plain.find(word); at != std::string::npos; at = plain.find(word, at + 1)) {
      std::string_view rest = std::string_view{plain}.substr(at + word.size());
      while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':' || rest.front() == '='))
        rest.remove_prefix(1);
      if (const auto wish = read_duration(rest, 1000)) return wish;
    }
  }
  return std::nullopt;
}

std::optional<milliseconds> wish_in_header(std::string_view value, std::string_view date) {
  if (value.empty()) return std::nullopt;
  if (std::ranges::all_of(value, is_digit)) return read_duration(value, 1000);
  const auto until = parse_http_date(value);
  const auto said = parse_http_date(date);
  if (!until || !said) return std::nullopt;
  const auto wish = std::chrono::duration_cast<milliseconds>(*until - *said);
  return wish.count() > 0 && wish.count() <= longest_wish_ms ? std::optional{wish} : std::nullopt;
}

std::string one_line(std::string_view text, std::size_t longest) {
  std::string out;
  bool cut = false;
  for (const char c : text) {
    if (cut = out.size() >= longest; cut) break;
    const bool space = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    if (!space)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  // A character that was cut in two would make the text invalid UTF-8.
  if (cut) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U) out.pop_back();
    if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0U) out.pop_back();
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

ports::chain_error classify_error(std::string_view method, const rapidjson::Value& error, const rpc_url* url) {
  std::string message;
  long code = 0;
  std::optional<milliseconds> wait;
  if (error.IsObject()) {
    code = read_code(error);
    if (const auto* text = member(error, "message"); text != nullptr && text->IsString()) message = text_of(*text);
    if (const auto* data = member(error, "data")) wait = wish_in_data(*data, 0);
  } else if (error.IsString()) {
    message = text_of(error);
  }
  if (!wait) wait = wish_in_text(message);
  const auto kind = kind_of(method, code, lower(message));
  if (url != nullptr) message = url->scrub(std::move(message));
  const std::string prefix = method.empty() ? "" : std::string{method} + ": ";
  return {kind, prefix + (code == 0 ? "" : std::to_string(code) + " ") + one_line(message, max_message), wait};
}

}  // namespace hedgerow::evm
