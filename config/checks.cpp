// What must hold between keys.
#include <algorithm>
#include <cctype>
#include <set>
#include <tuple>

#include "config/config.hpp"
#include "config/duration.hpp"
#include "config/loader.hpp"
#include "config/suggest.hpp"

namespace hedgerow::config {
namespace {

bool is_wildcard(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

/// Of an origin: a name such as 127.example.com is not local.
bool is_local_url(std::string_view url) {
  const auto begin = url.find("//");
  if (begin == std::string_view::npos) return false;
  url.remove_prefix(begin + 2);
  if (url.starts_with("[::1]")) return true;
  const auto host = url.substr(0, url.find_first_of(":/"));
  return host == "localhost" || (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

/// A broker without an address is inside the process.
bool is_real_broker(const settings& s) { return !s.broker.base_url.empty() && !is_local_url(s.broker.base_url); }

class checks {
 public:
  checks(const settings& values, const catalogue& program)
      : s_{values},
        program_{program},
        needs_{needs_here(values, program)},
        broker_{find_broker(program.brokers, values.broker.kind)} {}

  std::vector<config_error> run() {
    names();
    broker();
    orders();
    ports();
    endpoints();
    books();
    tokens();
    cluster();
    requirements();
    faults();
    if (s_.log.kind == log_kind::kafka) kafka();
    return std::move(errors_);
  }

 private:
  void add(std::string key, std::string value, std::string problem, std::string allowed, std::string remedy) {
    errors_.push_back(
        {"", 0, std::move(key), std::move(value), std::move(problem), std::move(allowed), std::move(remedy)});
  }

  void not_above(const std::string& key, milliseconds low, const std::string& limit_key, milliseconds high) {
    if (low <= high) return;
    add(key, format_duration(low), "longer than " + limit_key + " (" + format_duration(high) + ")",
        "at most " + limit_key, "lower " + key + " or raise " + limit_key);
  }

  /// Names of services with `wanted` set, for people: "execution, poller or tokens".
  template <class Wanted>
  std::string names_with(Wanted wanted) const {
    std::vector<std::string_view> found;
    for (const auto& service : program_.services)
      if (wanted(service.needs)) found.push_back(service.name);
    std::string out;
    for (std::size_t i = 0; i < found.size(); ++i)
      out += (i == 0 ? "" : i + 1 == found.size() ? " or " : ", ") + std::string{found[i]};
    return out;
  }

  /// A name that is none of `known`.
  void unknown(const std::string& key, const std::string& name, const std::vector<std::string>& known,
               const std::string& problem, const std::string& remedy) {
    std::string allowed;
    for (const auto& one : known) allowed += (allowed.empty() ? "" : ", ") + one;
    const auto meant = nearest(name, known);
    add(key, name, problem, allowed, meant ? "did you mean " + *meant + "?" : remedy);
  }

  void names() {
    std::vector<std::string> known{std::string{every_service}};
    for (const auto& service : program_.services) known.emplace_back(service.name);
    known.emplace_back(paper_broker);
    for (const auto& name : s_.node.actors) {
      if (std::find(known.begin(), known.end(), name) == known.end())
        unknown("node.actors", name, known, "no such service", "remove it");
    }
  }

  void broker() {
    if (broker_ == nullptr) {
      std::vector<std::string> known;
      for (const auto& one : program_.brokers) known.emplace_back(one.kind);
      unknown("broker.kind", s_.broker.kind, known, "no such broker", "name one of them");
      return;
    }
    if (needs_.calls_broker() && s_.broker.base_url.empty() && !broker_->origin.empty())
      add("broker.base_url", "", "missing", "https://host or https://host:port",
          "name the address of its API: " + std::string{broker_->origin});
    if (broker_->can.login) return;
    // `all` leaves such a service out; a configuration that names it expects it to run.
    for (const auto& service : program_.services)
      if (service.needs.login && std::ranges::find(s_.node.actors, service.name) != s_.node.actors.end())
        add("node.actors", std::string{service.name}, "it keeps a login, and the broker has none", "",
            "remove it, or change broker.kind");
  }

  void orders() {
    not_above("chain.reconnect_min", s_.chain.connection.reconnect_min, "chain.reconnect_max",
              s_.chain.connection.reconnect_max);
    not_above("hedging.failure_backoff", s_.hedging.failure_backoff, "hedging.failure_backoff_max",
              s_.hedging.failure_backoff_max);
    not_above("poller.error_base", s_.poller.error_base, "poller.error_max", s_.poller.error_max);
    not_above("poller.first", s_.poller.first, "poller.base", s_.poller.base);
    not_above("poller.jitter", s_.poller.jitter, "poller.base", s_.poller.base);
    not_above("supervision.backoff_min", s_.supervision.backoff_min, "supervision.backoff_max",
              s_.supervision.backoff_max);
    not_above("paper.fill_delay_min", s_.paper.policy.fill_delay_min, "paper.fill_delay_max",
              s_.paper.policy.fill_delay_max);
    // A request that left at the end of the lease must have ended before anybody concludes that it never arrived.
    not_above("broker.request_timeout", s_.broker.http.request_timeout, "execution.http_grace",
              s_.execution.rules.http_grace);
    if (s_.chain.reading.backfill.rescan_blocks > s_.chain.reading.reorg_window_blocks) {
      add("chain.rescan_blocks", std::to_string(s_.chain.reading.backfill.rescan_blocks),
          "more than chain.reorg_window_blocks", "at most " + std::to_string(s_.chain.reading.reorg_window_blocks),
          "lower it or raise chain.reorg_window_blocks");
    }
  }

  void faults() {
    if (s_.faults.plan.empty() || !is_real_broker(s_)) return;
    add("faults.plan", s_.faults.plan.front(), "broker.base_url is a real broker", "nothing with a real broker",
        "remove [faults], or set broker.base_url to the paper broker");
  }

  void kafka() {
    const auto& k = s_.kafka;
    not_above("kafka.session_timeout", k.policy.session_timeout, "kafka.rebalance_timeout", k.policy.rebalance_timeout);
    const bool good =
        k.policy.prefix.size() <= 100 && std::all_of(k.policy.prefix.begin(), k.policy.prefix.end(), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
        });
    if (!good)
      add("kafka.prefix", k.policy.prefix, "cannot be part of a topic's name", "letters, digits, '-', '_', '.'",
          "change it");
    if (k.certificate.empty() != k.key.empty())
      add(k.key.empty() ? "kafka.key" : "kafka.certificate", "", "missing, and the other of the two is there",
          "both or none", "name both files, or none");
    const bool logs_in = k.security == kafka_security::sasl_plaintext || k.security == kafka_security::sasl_ssl;
    if (logs_in && k.sasl_username.empty())
      add("kafka.sasl_username", "", "missing, and kafka.security asks for a login", "", "give the name");
    if (logs_in && k.sasl_password.empty())
      add("kafka.sasl_password", "", "missing, and kafka.security asks for a login", "",
          "set HEDGEROW_KAFKA_SASL_PASSWORD or HEDGEROW_KAFKA_SASL_PASSWORD_FILE");
  }

  void ports() {
    std::vector<std::tuple<std::string, std::string, std::uint16_t>> used;
    if (needs_.api) used.emplace_back("api.port", s_.api.address, s_.api.port);
    used.emplace_back("admin.port", s_.admin.address, s_.admin.port);
    if (s_.runs(paper_broker)) used.emplace_back("paper.port", s_.paper.address, s_.paper.port);
    used.emplace_back("cluster.port", s_.cluster.listen_address, s_.cluster.port);
    for (auto a = used.begin(); a != used.end(); ++a) {
      for (auto b = used.begin(); b != a; ++b) {
        const auto& [key, address, port] = *a;
        const auto& [other_key, other_address, other_port] = *b;
        if (port == 0 || port != other_port) continue;
        if (address != other_address && !is_wildcard(address) && !is_wildcard(other_address)) continue;
        add(key, std::to_string(port), "taken by " + other_key, "a port of its own, or 0 for a free one",
            "change " + key + " or " + other_key);
      }
    }
  }

  void endpoints() {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < s_.endpoints.size(); ++i) {
      const endpoint_settings& one = s_.endpoints[i];
      const std::string section = "chain.endpoint[" + std::to_string(i) + "]";
      if (one.name.empty())
        add(section + ".name", "", "missing", "a short name", "give each endpoint a name of its own");
      if (one.url.empty()) add(section + ".url", "", "missing", "ws://... or wss://...", "name the node's address");
      if (!one.name.empty() && !seen.insert(one.name).second)
        add(section + ".name", one.name, "used by another endpoint", "", "give each endpoint a name of its own");
    }
    std::set<std::string> urls;
    for (std::size_t i = 0; i < s_.endpoints.size(); ++i)
      if (const auto url = s_.endpoints[i].url.reveal(); !url.empty() && !urls.insert(url).second)
        add("chain.endpoint[" + std::to_string(i) + "].url", "***", "the same as of another endpoint", "",
            "name another node: one that is asked twice agrees with itself");
    if (!s_.endpoints.empty() && s_.chain.reading.chain_id == 0)
      add("chain.chain_id", "0", "not set, and there are [[chain.endpoint]] sections", "the id of the chain",
          "set it, so that an endpoint of another chain is not believed: 8453 for Base");
    const auto most = std::max<std::size_t>(s_.endpoints.size(), 1);
    if (s_.chain.agreement.quorum > most)
      add("chain.quorum", std::to_string(s_.chain.agreement.quorum), "more than there are endpoints",
          "1 to " + std::to_string(most), "lower it, or add [[chain.endpoint]] sections");
    if (!s_.endpoints.empty() && s_.chain.ws_url.reveal() != default_ws_url)
      add("chain.ws_url", "***", "there are [[chain.endpoint]] sections, too", "",
          "make the node an endpoint like the others, and remove the key");
  }

  void books() {
    std::set<address> seen;
    for (std::size_t i = 0; i < s_.orderbooks.size(); ++i) {
      const orderbook_settings& book = s_.orderbooks[i];
      const std::string name = "orderbook[" + std::to_string(i) + "]";
      if (!book.address) {
        add(name + ".address", "", "missing", "0x and 40 hex digits", "name the order book's contract");
      } else if (!seen.insert(*book.address).second) {
        add(name + ".address", book.address->to_string(), "listed twice", "", "remove one of the two sections");
      }
      if (book.owner && s_.chain.owner && *book.owner != *s_.chain.owner) {
        add(name + ".owner", book.owner->to_string(), "differs from the owner of the others",
            s_.chain.owner->to_string(), "hedge one owner per node: set [chain] owner once and leave this out");
      }
    }
  }

  void tokens() {
    std::set<address> seen;
    for (std::size_t i = 0; i < s_.pinned_tokens.size(); ++i) {
      const token_settings& token = s_.pinned_tokens[i];
      const std::string name = "token[" + std::to_string(i) + "]";
      if (!token.address) add(name + ".address", "", "missing", "0x and 40 hex digits", "name the token's contract");
      if (token.symbol.empty()) add(name + ".symbol", "", "missing", "", "give the symbol, marker included");
      if (!token.decimals) add(name + ".decimals", "", "missing", "0 to 77", "give the token's decimals");
      if (token.address && !seen.insert(*token.address).second) {
        add(name + ".address", token.address->to_string(), "listed twice", "", "remove one of the two sections");
      }
    }
    if (!s_.tokens.allow_unlisted && s_.pinned_tokens.empty()) {
      add("tokens.allow_unlisted", "false", "no token may trade, because there is no [[token]] section",
          "true, or a list", "add [[token]] sections or set it to true");
    }
  }

  void cluster() {
    const cluster_settings& c = s_.cluster;
    if (c.port == 0) {
      if (!c.seeds.empty())
        add("cluster.port", "0", "the cluster is off, but cluster.seeds is set", "1 to 65535",
            "set cluster.port or remove cluster.seeds");
      return;
    }
    if (c.advertised_host.empty() && is_wildcard(c.listen_address))
      add("cluster.advertised_host", "", "missing, and cluster.listen_address is every address", "a host or an address",
          "name the host at which other nodes reach this one");
    // One lost heartbeat must not make a node unreachable.
    if (c.policy.heartbeat_timeout < 3 * c.policy.heartbeat_interval)
      add("cluster.heartbeat_timeout", format_duration(c.policy.heartbeat_timeout), "less than three heartbeats",
          "at least 3 x cluster.heartbeat_interval (" + format_duration(c.policy.heartbeat_interval) + ")",
          "raise it or lower cluster.heartbeat_interval");
    not_above("cluster.heartbeat_timeout", c.policy.heartbeat_timeout, "cluster.remove_after", c.policy.remove_after);
    const std::pair<const char*, const std::string*> tls[] = {
        {"cluster.certificate", &c.certificate}, {"cluster.key", &c.key}, {"cluster.ca_file", &c.ca_file}};
    const auto given = std::count_if(std::begin(tls), std::end(tls), [](const auto& t) { return !t.second->empty(); });
    if (given == 0) return;
    for (const auto& [key, value] : tls)
      if (value->empty())
        add(key, "", "missing, and TLS needs all three", "a PEM file",
            "set cluster.certificate, cluster.key and cluster.ca_file, or none of them");
  }

  void requirements() {
    const auto missing_for = [](const std::string& who) { return "missing, and " + who + " runs here"; };
    const auto books = names_with([](const service_needs& n) { return n.books; });
    if (needs_.books && s_.orderbooks.empty()) {
      add("orderbook", "", missing_for(books), "at least one",
          "add [[orderbook]] with address and version, or take " + books + " out of [node] actors");
    }
    if (needs_.books && !s_.chain.start_block) {
      add("chain.start_block", "", missing_for(books), "0 or more",
          "name the first block whose fills are to be hedged: a block of today to begin today");
    }
    if (needs_.asks_chain() && !s_.chain.owner) {
      add("chain.owner", "", missing_for(names_with([](const service_needs& n) { return n.asks_chain(); })),
          "0x and 40 hex digits", "set it to the address whose orders are hedged");
    }
    const bool calls_broker = needs_.calls_broker() && broker_ != nullptr && broker_->can.login;
    if (!calls_broker && !s_.runs(paper_broker)) return;
    const std::string who = calls_broker
                                ? missing_for(names_with([](const service_needs& n) { return n.calls_broker(); }))
                                : "missing, and the paper broker runs here";
    const auto need = [&](const secret& value, const std::string& key, const std::string& variable,
                          const std::string& allowed) {
      if (!value.empty()) return;
      add(key, "", who, allowed, "set " + variable + ", " + variable + "_FILE or the key in the file");
    };
    need(s_.broker.app_key, "broker.app_key", "HEDGEROW_BROKER_APP_KEY", "");
    need(s_.broker.app_secret, "broker.app_secret", "HEDGEROW_BROKER_APP_SECRET", "");
    if (calls_broker) {
      need(s_.oauth.encryption_key, "oauth.encryption_key", "HEDGEROW_OAUTH_ENCRYPTION_KEY",
           "64 hex digits: openssl rand -hex 32");
    }
  }

  const settings& s_;
  const catalogue& program_;
  const service_needs needs_;
  /// Null when broker.kind is none of the program's.
  const broker_info* const broker_;
  std::vector<config_error> errors_;
};

bool is_loopback(std::string_view address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

std::vector<config_error> check(const settings& values, const catalogue& program) {
  return checks{values, program}.run();
}

std::vector<std::string> warnings_about(const settings& s, const catalogue& program) {
  std::vector<std::string> out;
  const bool real_broker = is_real_broker(s);
  const auto needs = needs_here(s, program);
  const bool calls_broker = needs.calls_broker();
  if (calls_broker && s.broker.redirect_uri.starts_with("http://") && !is_local_url(s.broker.redirect_uri)) {
    out.emplace_back("broker.redirect_uri is not https: the login code travels in the clear");
  }
  if (calls_broker && real_broker && s.broker.base_url.starts_with("http://")) {
    out.emplace_back("broker.base_url is not https: secrets and orders travel in the clear");
  }
  if (calls_broker && real_broker && s.market_hours.source == market_source::always_open) {
    out.emplace_back("market_hours.source is always_open: orders are sent while the exchange is closed");
  }
  if (calls_broker && real_broker && s.log.kind == log_kind::memory) {
    out.emplace_back("log.kind is memory: positions and pending orders are lost at exit");
  }
  if (needs.api && !is_loopback(s.api.address)) {
    out.emplace_back("api.address is not a loopback address, and the API has no login of its own");
  }
  if (!is_loopback(s.admin.address)) {
    out.emplace_back("admin.address is not a loopback address, and the admin endpoint has no login of its own");
  }
  if (s.cluster.port != 0 && s.cluster.certificate.empty() && !is_loopback(s.cluster.listen_address)) {
    out.emplace_back(
        "cluster.listen_address is not a loopback address, and there is no TLS: anyone who connects is trusted");
  }
  return out;
}

}  // namespace hedgerow::config
