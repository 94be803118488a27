// Options of the paper broker.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "messages/types/expected.hpp"

namespace hedgerow::paper {

/// When the simulated exchange trades.
enum class market_mode {
  always_open,  // every day from midnight to midnight, US/Eastern
  closed,       // never
  us_hours,     // Monday to Friday, 09:30 to 16:00 US/Eastern; no holidays
};

[[nodiscard]] std::string_view to_string(market_mode mode);
/// `always_open`, `closed` or `us_hours`.
[[nodiscard]] expected<market_mode, std::string> parse_market_mode(std::string_view text);

struct paper_options {
  std::string address = "127.0.0.1";
  /// 0 takes a free one.
  std::uint16_t port = 0;
  /// Scheme, host and port as clients know them, for example https://api.schwabapi.com: what Location begins with.
  /// Empty: what the request says.
  std::string public_url;
  /// SQLite file, created when missing, or `:memory:`.
  std::string ledger_path = ":memory:";

  /// The registered app. Key and secret must be given.
  std::string app_key;
  std::string app_secret;
  /// Compared byte for byte.
  std::string redirect_uri = "https://127.0.0.1";
  /// 1 to 15 digits.
  std::string account_number = "12345678";
  /// What the paths carry in place of the number; letters and digits.
  std::string account_hash = "PAPER0ACCOUNT0HASH";

  /// Prices, fill delays and legs follow from it.
  std::uint64_t seed = 1;
  market_mode market = market_mode::always_open;
  /// From entering (or the opening bell) to the last fill of an undisturbed order.
  std::chrono::milliseconds fill_delay_min{20};
  std::chrono::milliseconds fill_delay_max{200};
  /// Most execution legs of one order, 1 to 100.
  std::uint32_t fill_legs_max = 3;
  /// Symbol to dollars with at most 4 decimals. When empty every well-formed symbol trades, at a price from the seed;
  /// otherwise only these do.
  std::map<std::string, std::string> start_prices;
  /// Symbol to whole shares, negative for short. Only used when the ledger is new.
  std::map<std::string, std::string> start_positions;
  /// Dollars. Only used when the ledger is new.
  std::string start_cash = "1000000";
  /// Rejects a SELL of more than is held, as the real broker does (facts, 5.5). Off, the position goes short.
  bool require_inventory = false;
  /// Number of the first order of a new ledger; larger than 2^31 as real ones are.
  std::int64_t first_order_id = 1'004'055'538'123;

  /// Calls with a valid token that are let through in any 60 seconds; 0 for no limit.
  std::uint32_t requests_per_minute = 0;
  /// JSON, see fault_plan.hpp; empty for none.
  std::string fault_plan;

  /// (facts, 5.1 and 5.2)
  std::chrono::seconds code_lifetime{30};
  std::chrono::seconds access_lifetime{1800};
  std::chrono::seconds refresh_lifetime{7 * 24 * 3600};

  /// Serves /paper/ledger, /paper/faults and /paper/market, which the real broker does not have.
  bool admin_endpoints = true;
};

/// Names the option and what it must be.
[[nodiscard]] expected<void, std::string> validate(const paper_options& options);

}  // namespace hedgerow::paper
