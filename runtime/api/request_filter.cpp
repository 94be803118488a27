#include "runtime/api/request_filter.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string_view>

namespace hedgerow::api {
namespace {

constexpr std::size_t shown_bytes = 100;

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// Without the port, and without the brackets of an IPv6 address.
std::string name_of(std::string_view authority) {
  if (authority.starts_with('[')) return std::string{authority.substr(1, authority.find(']') - 1)};
  return std::string{authority.substr(0, authority.find(':'))};
}

bool is_ip(const std::string& name) {
  in6_addr room{};
  return ::inet_pton(AF_INET, name.c_str(), &room) == 1 || ::inet_pton(AF_INET6, name.c_str(), &room) == 1;
}

bool is_own(const std::string& name, const std::vector<std::string>& allowed_hosts) {
  return name == "localhost" || is_ip(name) ||
         std::any_of(allowed_hosts.begin(), allowed_hosts.end(), [&](const auto& own) { return lower(own) == name; });
}

/// A browser that follows a link or a redirect in a window of its own, where a person sees it.
bool is_navigation(const http::request& asked) {
  return http::find_header(asked.headers, "Sec-Fetch-Mode") == "navigate" &&
         http::find_header(asked.headers, "Sec-Fetch-Dest") == "document";
}

}  // namespace

std::optional<std::string> find_refusal(const http::request& asked, caller may,
                                        const std::vector<std::string>& allowed_hosts) {
  // A program that speaks HTTP/1.0 may send none; browsers always do.
  const auto host = lower(http::find_header(asked.headers, "Host").value_or(""));
  if (!host.empty() && !is_own(name_of(host), allowed_hosts))
    return "the request is for the host " + host.substr(0, shown_bytes) +
           ", which this node does not go by: use an IP address or localhost, or add the name to api.allowed_hosts";
  // Behind a proxy that ends TLS the page's scheme is https, and this listener's is not.
  if (const auto origin = http::find_header(asked.headers, "Origin");
      origin && (host.empty() || (lower(*origin) != "http://" + host && lower(*origin) != "https://" + host)))
    return "a web page of " + origin->substr(0, shown_bytes) +
           " sent this; only programs and pages of this address may (no Origin header, or this address in it)";
  const auto site = http::find_header(asked.headers, "Sec-Fetch-Site").value_or("none");
  if (site != "none" && site != "same-origin" && !(may == caller::redirected && is_navigation(asked)))
    return "a web page of another site sent this: open the address by hand (Sec-Fetch-Site is " +
           site.substr(0, shown_bytes) + ")";
  if (may == caller::person && http::find_header(asked.headers, person_header) != "1")
    return "this changes something, so add the header X-Hedgerow: 1, which no web page of another site can send; with "
           "curl: -H 'X-Hedgerow: 1'";
  return std::nullopt;
}

}  // namespace hedgerow::api
