#include "runtime/adapters/http/origin.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace hedgerow::http {
namespace {

constexpr std::string_view example = "use for example https://api.schwabapi.com or http://127.0.0.1:18080";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (ec != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool v6_character(char c) { return std::string_view{"0123456789abcdefABCDEF:."}.find(c) != std::string_view::npos; }

}  // namespace

std::string origin::host_header() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

expected<origin, std::string> parse_origin(std::string_view text) {
  const auto fail = [text](std::string_view why) {
    return unexpected("'" + std::string{text} + "' is not an origin (" + std::string{why} +
                      "): " + std::string{example});
  };
  if (text.find('@') != std::string_view::npos)
    return unexpected("an origin must not hold a user name or password: " + std::string{example});
  origin result;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    result.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return fail("it must start with https:// or http://");
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos) return fail("it must not have a path");
  result.port = result.tls ? 443 : 80;
  std::string_view port;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return fail("']' is missing");
    result.host = std::string{rest.substr(1, end - 1)};
    port = rest.substr(end + 1);
    if (!std::all_of(result.host.begin(), result.host.end(), v6_character)) return fail("the address is not valid");
  } else {
    const auto colon = rest.find(':');
    result.host = std::string{rest.substr(0, colon)};
    port = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon);
    if (!std::all_of(result.host.begin(), result.host.end(), host_character)) return fail("the host is not valid");
  }
  if (result.host.empty()) return fail("the host is missing");
  if (!port.empty()) {
    const auto parsed = port.front() == ':' ? parse_port(port.substr(1)) : std::nullopt;
    if (!parsed) return fail("the port must be 1 to 65535");
    result.port = *parsed;
  }
  return result;
}

}  // namespace hedgerow::http
