#include "config/key_kinds.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::config::kinds {
namespace {

bool all_of(std::string_view text, int (*predicate)(int)) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return predicate(static_cast<unsigned char>(c)) != 0; });
}

/// Host, optional port, then `rest` (from the first slash on).
struct url_parts {
  std::string_view host;
  std::string_view rest;
};

std::optional<url_parts> split_url(std::string_view text, std::initializer_list<std::string_view> schemes) {
  if (!all_of(text, std::isgraph)) return std::nullopt;
  for (const std::string_view scheme : schemes) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (slash == 0) return std::nullopt;
    return url_parts{text.substr(0, slash), text.substr(slash)};
  }
  return std::nullopt;
}

/// Decimal IPv4; sets of hex digits with colons for IPv6. Names are not addresses to listen on.
bool looks_like_ip(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    return text.size() <= 45 && std::all_of(text.begin(), text.end(), [](char c) {
             return c == ':' || c == '.' || std::isxdigit(static_cast<unsigned char>(c)) != 0;
           });
  }
  int fields = 0;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + dot, number);
    if (error != std::errc{} || end != text.data() + dot || number < 0 || number > 255) return false;
    ++fields;
    if (dot == text.size()) return fields == 4;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

std::string quote_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + quote(text);
  return "[" + out + "]";
}

std::optional<std::int64_t> to_integer(const raw_value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return *number;
  const auto* text = std::get_if<std::string>(&value.data);
  if (!value.from_environment || text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

std::optional<bool> to_flag(const raw_value& value) {
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag;
  const auto* text = std::get_if<std::string>(&value.data);
  if (!value.from_environment || text == nullptr) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return std::nullopt;
}

std::string unwrapped(std::string_view secret) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  constexpr std::string_view around = " \t\r\n";
  if (secret.starts_with(byte_order_mark)) secret.remove_prefix(byte_order_mark.size());
  const std::size_t first = secret.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return std::string{secret.substr(first, secret.find_last_not_of(around) - first + 1)};
}

std::optional<std::vector<std::string>> to_list(const raw_value& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value.data)) return *list;
  const auto* text = std::get_if<std::string>(&value.data);
  if (!value.from_environment || text == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    out.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

refusal any_text(const std::string&) { return std::nullopt; }

refusal not_empty(const std::string& text) {
  if (text.empty()) return "empty";
  return std::nullopt;
}

refusal one_line(const std::string& text) {
  if (text.find_first_of("\r\n") != std::string::npos) return "more than one line";
  if (std::any_of(text.begin(), text.end(), [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }))
    return "a text with a control character";
  return std::nullopt;
}

refusal app_credential(const std::string& text) {
  if (text.empty()) return "empty";
  if (text.find_first_of(" \t") != std::string::npos) return "a text with a blank in it";
  if (!all_of(text, std::isgraph)) return "a text with a character that is not visible ASCII";
  const char first = text.front();
  if ((first == '"' || first == '\'') && text.back() == first) return "a text in quotes of its own";
  return std::nullopt;
}

refusal node_name(const std::string& text) {
  const bool good = !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (!good) return "not a name";
  return std::nullopt;
}

refusal websocket_url(const std::string& text) {
  if (!split_url(text, {"ws://", "wss://"})) return "not a WebSocket address";
  return std::nullopt;
}

refusal http_origin(const std::string& text) {
  const auto parts = split_url(text, {"http://", "https://"});
  if (!parts || !parts->rest.empty() || parts->host.find('@') != std::string_view::npos) {
    return "not an address of the form https://host or https://host:port";
  }
  return std::nullopt;
}

refusal origin_or_nothing(const std::string& text) { return text.empty() ? std::nullopt : http_origin(text); }

refusal http_url(const std::string& text) {
  if (!split_url(text, {"http://", "https://"})) return "not an http or https address";
  return std::nullopt;
}

refusal readable_file(const std::string& text) {
  if (!text.empty() && !std::ifstream{text}) return "cannot be read";
  return std::nullopt;
}

refusal ip_address(const std::string& text) {
  if (!looks_like_ip(text)) return "not an IP address";
  return std::nullopt;
}

refusal host_or_nothing(const std::string& text) {
  const bool good = text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
                      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
                    });
  if (!good) return "not a host name or IPv4 address";
  return std::nullopt;
}

refusal host_name(const std::string& text) {
  if (text.empty()) return "not a host name or IPv4 address";
  return host_or_nothing(text);
}

refusal host_and_port(const std::string& text) {
  const std::size_t colon = text.find(':');
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  if (colon == std::string::npos || colon == 0 || host_or_nothing(text.substr(0, colon)) ||
      std::from_chars(text.data() + colon + 1, end, port).ptr != end || port == 0) {
    return "not of the form host:port";
  }
  return std::nullopt;
}

refusal hex_key(const std::string& text) {
  if (text.size() != 64 || !all_of(text, std::isxdigit)) return "not 64 hex digits";
  return std::nullopt;
}

refusal symbol_text(const std::string& text) {
  if (!symbol::parse(text)) return "not a symbol";
  return std::nullopt;
}

refusal marker_text(const std::string& text) {
  const bool suffix = text.size() > 1 && text.front() == '*';
  const bool prefix = text.size() > 1 && text.back() == '*';
  if (suffix == prefix || std::count(text.begin(), text.end(), '*') != 1)
    return "not a marker such as \"*0x\" or \"t*\"";
  return std::nullopt;
}

refusal dollars(const std::string& text) {
  const auto amount = usd::parse(text);
  if (!amount || amount->sign() < 0) return "not a decimal amount of dollars";
  return std::nullopt;
}

refusal quoted_price(const std::string& text) {
  const auto amount = usd::parse(text);
  const std::size_t dot = std::min(text.find('.'), text.size());
  if (!amount || amount->sign() <= 0 || text.size() - dot > 5) return "not dollars above 0 with at most 4 decimals";
  return std::nullopt;
}

refusal whole_shares(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return "not a whole number of shares";
  return std::nullopt;
}

refusal account_digits(const std::string& text) {
  if (text.empty() || text.size() > 15 || !all_of(text, std::isdigit)) return "not 1 to 15 digits";
  return std::nullopt;
}

refusal account_or_nothing(const std::string& text) { return text.empty() ? std::nullopt : account_digits(text); }

refusal alphanumeric(const std::string& text) {
  if (text.empty() || !all_of(text, std::isalnum)) return "not letters and digits";
  return std::nullopt;
}

section_spec map_section(std::string_view name, std::string_view meaning, std::string_view allowed,
                         text_check check_key, text_check check_value,
                         std::map<std::string, std::string>& (*find)(settings&)) {
  section_spec out;
  out.name = name;
  out.meaning = meaning;
  out.shape = section_shape::map;
  out.allowed = allowed;
  out.put = [=](settings& s, const std::string& key, const std::string& value) -> refusal {
    if (auto problem = check_key(key)) return "key: " + *problem;
    if (auto problem = check_value(value)) return problem;
    find(s)[key] = value;
    return std::nullopt;
  };
  out.entries = [find](const settings& s) { return &find(const_cast<settings&>(s)); };
  return out;
}

}  // namespace hedgerow::config::kinds
