// Keys of what people and other machines see: the API, the admin endpoint, the cluster, logging.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {

using namespace kinds;
using namespace std::chrono_literals;

namespace {

/// Keys of the policy that the cluster actor is made with.
key_spec cluster_key(key_spec key) { return within<&cluster_settings::policy>(std::move(key)); }

section_spec cluster_section() {
  return section<&settings::cluster>(
      "cluster", "Other nodes, reached over CAF's network layer. See docs/cluster.md.",
      {text<&cluster_settings::listen_address>("listen_address", ip_address, "an IPv4 or IPv6 address",
                                               "Address to listen on for other nodes. Who can connect can do anything: "
                                               "a private network, or TLS."),
       integer<&cluster_settings::port>("port", 0, 65'535, "TCP port for other nodes; 0: this node is alone."),
       text<&cluster_settings::advertised_host>("advertised_host", host_or_nothing,
                                                "a host name or IPv4 address; empty for listen_address",
                                                "Where other nodes reach this one."),
       list<&cluster_settings::seeds>("seeds", host_and_port,
                                      "any number of host:port, such as \"node-1.internal:7400\"",
                                      "Nodes to ask for the others. The same list may stand on every node.", true),
       cluster_key(duration<&cluster_policy::heartbeat_interval>(
           "heartbeat_interval", 10ms, 1min, "How often each node tells each other one that it is there.")),
       cluster_key(duration<&cluster_policy::heartbeat_timeout>("heartbeat_timeout", 50ms, 10min,
                                                                "A node that is silent for this long is unreachable.")),
       cluster_key(
           duration<&cluster_policy::remove_after>("remove_after", 100ms, 24h,
                                                   "A node that is silent for this long is no longer a member, and its "
                                                   "share of the broker's call budget goes to the others.")),
       text<&cluster_settings::certificate>("certificate", readable_file, "a PEM file; empty: no TLS",
                                            "Certificate chain of this node. With it, only nodes with a certificate of "
                                            "ca_file are let in."),
       text<&cluster_settings::key>("key", readable_file, "a PEM file; empty: no TLS", "Its private key."),
       text<&cluster_settings::ca_file>("ca_file", readable_file, "a PEM file; empty: no TLS",
                                        "The authority that signs the nodes' certificates, and nothing else.")});
}

}  // namespace

std::vector<section_spec> edge_sections() {
  constexpr std::string_view listen =
      "Address to listen on. There is no login: anything but a loopback address needs a "
      "proxy or a firewall in front.";
  constexpr std::string_view ip = "an IPv4 or IPv6 address";
  std::vector<section_spec> out;
  out.push_back(
      section<&settings::api>("api", "The REST API and the login pages.",
                              {text<&api_settings::address>("address", ip_address, ip, listen),
                               integer<&api_settings::port>("port", 0, 65'535, "TCP port; 0 takes a free one."),
                               list<&api_settings::allowed_hosts>(
                                   "allowed_hosts", host_name, "any number of host names, without port",
                                   "Names by which requests may address the API and the admin port, besides "
                                   "localhost, IP addresses and the host of broker.redirect_uri. Any other name in "
                                   "a request's Host header is refused, as a web page could have invented it.",
                                   true)}));
  out.push_back(
      section<&settings::admin>("admin", "Metrics, the actor tree and controls.",
                                {text<&admin_settings::address>("address", ip_address, ip, listen),
                                 integer<&admin_settings::port>("port", 0, 65'535, "TCP port; 0 takes a free one.")}));
  out.push_back(cluster_section());
  out.push_back(section<&settings::logging>(
      "logging", "The log for people, on standard error.",
      {choice<&logging_settings::level>(
           "level",
           {{"trace", log_level::trace},
            {"debug", log_level::debug},
            {"info", log_level::info},
            {"warn", log_level::warn},
            {"error", log_level::error},
            {"off", log_level::off}},
           "Least weighty lines that are written. So far there are none below info: trace and "
           "debug equal it."),
       choice<&logging_settings::format>("format", {{"text", log_format::text}, {"json", log_format::json}},
                                         "text for a terminal, json (one object per line) for a collector.")}));
  return out;
}

}  // namespace hedgerow::config::tables
