// Keys of hedging and of the broker.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {
namespace {

using namespace std::chrono_literals;
using namespace kinds;

section_spec hedging() {
  return policy_section<&settings::hedging>(
      "hedging", "When and how much is hedged.",
      {flag<&hedging_settings::one_in_flight>("one_in_flight",
                                              "At most one live order per symbol; fills meanwhile add up."),
       integer<&hedging_settings::max_order_shares>("max_order_shares", 0, 1'000'000,
                                                    "Largest order in whole shares; the rest follows in later orders. "
                                                    "0: no orders at all."),
       integer<&hedging_settings::freeze_after_failures>("freeze_after_failures", 0, 1'000,
                                                         "This many failures in a row freeze the symbol. 0: never."),
       duration<&hedging_settings::failure_backoff>("failure_backoff", 0ms, 1h, "Wait after the first failure."),
       duration<&hedging_settings::failure_backoff_max>("failure_backoff_max", 0ms, 24h,
                                                        "Longest wait after failures in a row.")});
}

/// A key of the desk's rules.
key_spec rule(key_spec key) { return within<&execution_settings::rules>(std::move(key)); }

key_spec limit(key_spec key) { return within<&execution_settings::limits>(std::move(key)); }

section_spec execution() {
  using domain::account_limits;
  using domain::desk_policy;
  using domain::gate_policy;
  return section<&settings::execution>(
      "execution", "Placing orders, and finding out what became of them.",
      {rule(duration<&desk_policy::lease>("lease", 100ms, 5min,
                                          "How long after its intent was stored an order may still be sent.")),
       rule(within<&desk_policy::gate>(
           duration<&gate_policy::session_margin>("session_margin", 0ms, 30min,
                                                  "No order is written within this time before the session's end: one "
                                                  "that arrives later waits for the next open."))),
       rule(duration<&desk_policy::http_grace>("http_grace", 100ms, 10min,
                                               "After the lease, a request may be on its way for this long: no "
                                               "conclusion before.")),
       rule(integer<&desk_policy::evidence_lists>("evidence_lists", 1, 100,
                                                  "Order lists that must lack an order before it counts as absent.")),
       rule(duration<&desk_policy::evidence_spread>("evidence_spread", 0ms, 1h,
                                                    "Time that these lists are spread over, at least.")),
       rule(duration<&desk_policy::clock_skew>("clock_skew", 1s, 1h,
                                               "How far the broker's times may be off from ours: its clock, and the "
                                               "part of a second that it does not tell.")),
       rule(duration<&desk_policy::late_fill_window>(
           "late_fill_window", 0ms, 1h,
           "After an order ended without filling completely, a position that moved may be a fill that the broker "
           "reports this much later: a lost answer of the symbol is not decided from its position before.")),
       limit(integer<&account_limits::calls_per_minute>("calls_per_minute", 4, 6'000,
                                                        "Calls of the broker's API in any minute, of all kinds and "
                                                        "by all nodes together: each one gets an equal part.")),
       limit(integer<&account_limits::orders_per_minute>(
           "orders_per_minute", 1, 120,
           "Orders of the account in any minute, by all nodes together: each one gets an equal part. What is more "
           "waits for its turn."))});
}

key_spec http_key(key_spec key) { return within<&broker_settings::http>(std::move(key)); }

section_spec broker() {
  return section<&settings::broker>(
      "broker", "Who hedges are placed with. `paper` stands in for Charles Schwab.",
      {text<&broker_settings::kind>("kind", not_empty, "one of the brokers that are listed above", "Which broker."),
       text<&broker_settings::base_url>("base_url", http_origin, "https://host or https://host:port",
                                        "Not set: that of broker.kind. "
                                        "The paper broker is at the address and port of [paper], with http."),
       text<&broker_settings::app_key>("app_key", app_credential, "as the developer portal shows it: one word",
                                       "Key of the registered app. "
                                       "Required where a service calls a broker that has a login."),
       text<&broker_settings::app_secret>("app_secret", app_credential, "as the developer portal shows it: one word",
                                          "Secret of the registered app. "
                                          "Required where a service calls a broker that has a login."),
       text<&broker_settings::redirect_uri>("redirect_uri", http_url, "an https address",
                                            "Exactly as registered: the broker compares every character."),
       text<&broker_settings::account_number>(
           "account_number", account_or_nothing, "1 to 15 digits, or empty",
           "Number of the account that is traded in. Required when the login covers several. The log remembers the "
           "account: "
           "orders go to no other one, until somebody changes this key and logs in again."),
       integer<&broker_settings::account_index>(
           "account_index", 0, 99,
           "In place of account_number: which account is chosen at first, from 0 in "
           "the broker's order. Without effect once the log remembers one."),
       http_key(duration<&http_policy::connect_timeout>("connect_timeout", 100ms, 5min,
                                                        "Longest wait for a connection, TLS included.")),
       http_key(
           duration<&http_policy::request_timeout>("request_timeout", 100ms, 5min, "Longest wait for one answer.")),
       http_key(integer<&http_policy::max_connections>("max_connections", 1, 256, "Connections at once.")),
       http_key(text<&http_policy::ca_file>("ca_file", readable_file, "a readable PEM file, or empty",
                                            "Trusted roots in addition to the system's."))});
}

}  // namespace

std::vector<section_spec> broker_sections() {
  std::vector<section_spec> out;
  out.push_back(hedging());
  out.push_back(execution());
  out.push_back(section<&settings::poller>(
      "poller", "Looking at pending orders.",
      {duration<&poller_settings::first>("first", 10ms, 10min,
                                         "First look after the placement; each further wait doubles up to base."),
       duration<&poller_settings::base>("base", 100ms, 1h, "Wait between looks from then on."),
       duration<&poller_settings::jitter>("jitter", 0ms, 30min, "base varies by up to this, either way."),
       duration<&poller_settings::error_base>("error_base", 10ms, 1h, "Wait after the first error."),
       duration<&poller_settings::error_max>("error_max", 10ms, 24h, "Longest wait after errors in a row.")}));
  out.push_back(section<&settings::market_hours>(
      "market_hours", "When orders may be sent.",
      {choice<&market_hours_settings::source>("source",
                                              {{"broker", market_source::broker},
                                               {"always_open", market_source::always_open},
                                               {"always_closed", market_source::always_closed}},
                                              "broker: regular hours as the broker's calendar has them; unknown counts "
                                              "as closed."),
       within<&market_hours_settings::session>(
           duration<&session_policy::cache>("cache", 1s, 24h, "How long an answer of the calendar is good for."))}));
  out.push_back(broker());
  out.push_back(section<&settings::oauth>(
      "oauth", "The broker's login, if broker.kind has one.",
      {text<&oauth_settings::encryption_key>("encryption_key", hex_key, "64 hex digits: openssl rand -hex 32",
                                             "Seals the tokens in the event log. "
                                             "Required where a service calls a broker that has a login. "
                                             "With another key a person has to log in again."),
       within<&oauth_settings::policy>(duration<&domain::token_policy::check_interval>(
           "check_interval", 1s, 1h, "How often the tokens are looked at.")),
       within<&oauth_settings::policy>(
           duration<&domain::token_policy::refresh_ahead>("refresh_ahead", 1s, 25min,
                                                          "Refresh this long before the access token ends (it lives 30 "
                                                          "minutes)."))}));
  return out;
}

}  // namespace hedgerow::config::tables
