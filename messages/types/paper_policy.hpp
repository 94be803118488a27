// How the simulated broker behaves. The paper broker and the configuration see it here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace hedgerow {

/// When the simulated exchange trades.
enum class paper_market : std::uint8_t {
  always_open,  // every day from midnight to midnight, US/Eastern
  closed,       // never
  us_hours,     // Monday to Friday, 09:30 to 16:00 US/Eastern; no holidays
};

/// The account that is simulated when none is named. Apart from the policy, as a configuration keeps it secret.
inline constexpr std::string_view paper_account_number = "12345678";

struct paper_policy {
  /// Scheme, host and port as clients know them, for example https://api.schwabapi.com: what Location begins with.
  /// Empty: what the request says.
  std::string public_url;
  /// SQLite file, created when missing, or `:memory:`.
  std::string ledger = ":memory:";
  /// Prices, fill delays and legs follow from it.
  std::uint64_t seed = 1;
  paper_market market = paper_market::always_open;
  /// From entering (or the opening bell) to the last fill of an undisturbed order.
  std::chrono::milliseconds fill_delay_min{20};
  std::chrono::milliseconds fill_delay_max{200};
  /// Most execution legs of one order, 1 to 100.
  std::uint32_t fill_legs_max = 3;
  /// Calls with a valid token that are let through in any 60 seconds; 0 for no limit.
  std::uint32_t calls_per_minute = 0;
  /// JSON: which requests are answered wrongly, and how. Empty for none.
  std::string faults;
  /// What the paths carry in place of the account's number; letters and digits.
  std::string account_hash = "PAPER0ACCOUNT0HASH";
  /// Dollars. Only used when the ledger is new.
  std::string start_cash = "1000000";
  /// Rejects a SELL of more than is held, as the real broker does (facts, 5.5). Off, the position goes short.
  bool require_inventory = false;
  /// Serves /paper/ledger, /paper/faults and /paper/market, which the real broker does not have.
  bool admin_endpoints = true;
  /// Symbol to dollars with at most 4 decimals. When empty every well-formed symbol trades, at a price from the seed;
  /// otherwise only these do.
  std::map<std::string, std::string> start_prices;
  /// Symbol to whole shares, negative for short. Only used when the ledger is new.
  std::map<std::string, std::string> start_positions;
};

}  // namespace hedgerow
