#include "runtime/adapters/evm/rpc_url.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hedgerow::evm {
namespace {

/// Shorter path segments ("v2", "base") are words, not keys.
constexpr std::size_t shortest_secret = 8;

std::string base64(std::string_view in) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < in.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, in.size() - i);
    std::array<unsigned, 3> group{};
    for (std::size_t k = 0; k < count; ++k) group.at(k) = static_cast<unsigned char>(in[i + k]);
    const unsigned word = group[0] << 16U | group[1] << 8U | group[2];
    for (std::size_t k = 0; k < 4; ++k) out += k <= count ? digits[(word >> (18U - 6U * k)) & 63U] : '=';
  }
  return out;
}

unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? static_cast<unsigned>(lower - 'a' + 10) : 16U;
}

std::string percent_decode(std::string_view in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i] == '%' && i + 2 < in.size() && hex_digit(in[i + 1]) < 16 && hex_digit(in[i + 2]) < 16) {
      out += static_cast<char>(hex_digit(in[i + 1]) * 16 + hex_digit(in[i + 2]));
      i += 2;
    } else {
      out += in[i];
    }
  }
  return out;
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value >= 1 && value <= 65535;
}

/// The parts of path and query that may be keys.
std::vector<std::string> secrets_of(const rpc_url& url, std::string_view user) {
  std::vector<std::string> all;
  if (url.target.size() > 1) all.push_back(url.target);
  std::string segment;
  for (const char c : url.target + "/") {
    if (std::string_view{"/?&="}.find(c) == std::string_view::npos) {
      segment += c;
      continue;
    }
    if (segment.size() >= shortest_secret) all.push_back(segment);
    segment.clear();
  }
  if (!user.empty()) {
    all.emplace_back(user);
    all.push_back(url.authorization);
    if (const auto colon = user.find(':'); colon != std::string_view::npos) {
      for (const auto part : {user.substr(0, colon), user.substr(colon + 1)}) {
        if (part.size() >= shortest_secret) all.emplace_back(part);
      }
    }
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return all;
}

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == ':';
  });
}

}  // namespace

std::string rpc_url::scrub(std::string text) const {
  for (const auto& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

expected<rpc_url, std::string> parse_rpc_url(std::string_view text) {
  rpc_url url;
  const auto scheme_end = text.find("://");
  const auto scheme = scheme_end == std::string_view::npos ? std::string_view{} : text.substr(0, scheme_end);
  if (scheme != "ws" && scheme != "wss") {
    return unexpected(std::string{scheme.starts_with("http") ? "the scheme is http, which carries no subscriptions"
                                                             : "the scheme is not ws or wss"} +
                      "; use the node's WebSocket address, such as wss://host/path or ws://127.0.0.1:8545");
  }
  url.tls = scheme == "wss";
  auto rest = text.substr(scheme_end + 3);
  const auto path = rest.find_first_of("/?#");
  auto authority = rest.substr(0, path);
  rest = path == std::string_view::npos ? std::string_view{} : rest.substr(path);
  rest = rest.substr(0, rest.find('#'));
  url.target = rest.starts_with('/') ? std::string{rest} : "/" + std::string{rest};
  std::string_view user;
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
    url.authorization = "Basic " + base64(percent_decode(user));
  }
  std::string_view host = authority;
  std::string_view port = url.tls ? "443" : "80";
  const auto colon = authority.rfind(':');
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return unexpected(std::string{"the IPv6 host has no closing bracket"});
    host = authority.substr(1, close - 1);
    if (close + 1 < authority.size()) port = authority[close + 1] == ':' ? authority.substr(close + 2) : "";
  } else if (colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  if (!is_host(host) || (!authority.starts_with('[') && host.find(':') != std::string_view::npos)) {
    return unexpected(std::string{"the host is missing or has characters that no host has"});
  }
  if (!is_port(port)) return unexpected(std::string{"the port is not a number from 1 to 65535"});
  const auto control = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; };
  if (std::ranges::any_of(url.target, control)) return unexpected(std::string{"the path has blanks; percent-encode"});
  url.host = host;
  url.port = port;
  url.secrets_ = secrets_of(url, user);
  return url;
}

}  // namespace hedgerow::evm
