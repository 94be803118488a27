// Keys of the paper broker.
#include "config/key_kinds.hpp"

namespace hedgerow::config::tables {
namespace {

using namespace std::chrono_literals;
using namespace kinds;

constexpr std::int64_t any_seed = std::numeric_limits<std::int64_t>::max();

/// Keys of the policy that the paper broker is made with.
key_spec paper_key(key_spec key) { return within<&paper_settings::policy>(std::move(key)); }

section_spec paper() {
  return section<&settings::paper>(
      "paper", "The simulated broker: the same HTTP API, prices and fills from a seed. Its app is that of [broker].",
      {text<&paper_settings::address>("address", ip_address, "an IPv4 or IPv6 address", "Address to listen on."),
       integer<&paper_settings::port>("port", 0, 65'535, "TCP port; 0 takes a free one."),
       paper_key(text<&paper_policy::public_url>(
           "public_url", origin_or_nothing, "https://host or https://host:port, or empty",
           "How clients reach the paper broker, where a proxy with TLS stands in front: "
           "`Location` begins with it. Empty: "
           "as the request says (`X-Forwarded-Proto`, `X-Forwarded-Host`, `Host`).")),
       paper_key(text<&paper_policy::ledger>("ledger", not_empty, "a file, or \":memory:\"",
                                             "Where orders and positions are kept.")),
       paper_key(integer<&paper_policy::seed>("seed", 0, any_seed, "Prices, delays and legs follow from it.")),
       paper_key(choice<&paper_policy::market>("market",
                                               {{"always_open", paper_market::always_open},
                                                {"closed", paper_market::closed},
                                                {"us_hours", paper_market::us_hours}},
                                               "When the simulated exchange trades.")),
       paper_key(duration<&paper_policy::fill_delay_min>("fill_delay_min", 0ms, 1h,
                                                         "Shortest time from order to last fill.")),
       paper_key(
           duration<&paper_policy::fill_delay_max>("fill_delay_max", 0ms, 1h, "Longest time from order to last fill.")),
       paper_key(
           integer<&paper_policy::fill_legs_max>("fill_legs_max", 1, 100, "Most executions that one order fills in.")),
       paper_key(integer<&paper_policy::calls_per_minute>("calls_per_minute", 0, 100'000,
                                                          "Calls above this are answered with 429. 0: no limit.")),
       paper_key(text<&paper_policy::faults>("faults", any_text, "JSON, or empty",
                                             "Which requests are answered wrongly, and how.")),
       text<&paper_settings::account_number>("account_number", account_digits, "1 to 15 digits",
                                             "Number of the simulated account."),
       paper_key(text<&paper_policy::account_hash>("account_hash", alphanumeric, "letters and digits",
                                                   "What the paths carry in place of the number.")),
       paper_key(text<&paper_policy::start_cash>("start_cash", dollars, "dollars in quotes, not negative",
                                                 "Cash of a new ledger.")),
       paper_key(flag<&paper_policy::require_inventory>(
           "require_inventory", "Rejects a SELL of more than is held, as the real broker does.")),
       paper_key(flag<&paper_policy::admin_endpoints>("admin_endpoints",
                                                      "Serves /paper/ledger, /paper/faults and /paper/market."))});
}

}  // namespace

std::vector<section_spec> paper_sections() {
  std::vector<section_spec> out;
  out.push_back(paper());
  out.push_back(map_section(
      "paper.start_prices",
      "First prices. When empty, every symbol trades at a price from the seed; otherwise only "
      "these do.",
      "AAPL = \"187.25\": dollars above 0 with at most 4 decimals", symbol_text, quoted_price,
      [](settings & s) -> auto& { return s.paper.policy.start_prices; }));
  out.push_back(map_section(
      "paper.start_positions", "Shares of a new ledger.", "AAPL = 100: whole shares, negative for short", symbol_text,
      whole_shares, [](settings & s) -> auto& { return s.paper.policy.start_positions; }));
  return out;
}

}  // namespace hedgerow::config::tables
