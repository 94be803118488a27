// Keys of what people and machines look at: the API, the admin endpoint, logging.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {

using namespace kinds;

std::vector<section_spec> edge_sections() {
  constexpr std::string_view listen = "Address to listen on. There is no login: anything but a loopback address needs a "
                                      "proxy or a firewall in front.";
  constexpr std::string_view ip = "an IPv4 or IPv6 address";
  std::vector<section_spec> out;
  out.push_back(section<&settings::api>(
      "api", "The REST API and the login pages.",
      {text<&api_settings::address>("address", ip_address, ip, listen),
       integer<&api_settings::port>("port", 0, 65'535, "TCP port; 0 takes a free one.")}));
  out.push_back(section<&settings::admin>(
      "admin", "Metrics, the actor tree and controls.",
      {text<&admin_settings::address>("address", ip_address, ip, listen),
       integer<&admin_settings::port>("port", 0, 65'535, "TCP port; 0 takes a free one.")}));
  out.push_back(section<&settings::logging>(
      "logging", "The log for people, on standard error.",
      {choice<&logging_settings::level>("level",
                                        {{"trace", log_level::trace},
                                         {"debug", log_level::debug},
                                         {"info", log_level::info},
                                         {"warn", log_level::warn},
                                         {"error", log_level::error},
                                         {"off", log_level::off}},
                                        "Least weighty lines that are written."),
       choice<&logging_settings::format>("format", {{"text", log_format::text}, {"json", log_format::json}},
                                         "text for a terminal, json (one object per line) for a collector.")}));
  return out;
}

}  // namespace hedgerow::config::tables
