// The gate in front of the broker (order-protocol, "The gate"): may an order be placed now? Pure. Asked at the last
// moment before the intent, and again right before the socket write.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/ports/broker_api.hpp"
#include "messages/events/schwab_execution.hpp"

namespace hedgerow::domain {

struct gate_policy {
  /// Largest order in whole shares (Schwab takes 1 to 2^32-1).
  std::uint64_t max_order_shares = 10'000;
  /// Placements per minute of the whole account; the app's limit is 0 to 120 (facts, 5.9).
  std::uint32_t max_orders_per_minute = 60;
  /// When to try again where nothing better is known: halted, no token, session unknown or over.
  std::chrono::seconds recheck{60};
  /// The same during `start_time`, for what cannot be known yet: a token and the session come within seconds.
  std::chrono::seconds recheck_at_start{5};
  std::chrono::seconds start_time{60};
};

/// What the owner of the desk knows at this moment.
struct gate_conditions {
  bool halted_global = false;
  /// The breaker is open: the broker fails too often.
  bool breaker_open = false;
  bool token_available = false;
  /// When the owner started; the default is long ago.
  timestamp started;
  /// The session of today, as far as it is known. Nothing: unknown, which counts as closed (facts, 5.10).
  std::optional<ports::market_session> session;
  /// Start of the next session, when the calendar has been asked for it.
  std::optional<timestamp> next_session;
  /// Placements of the account within the last minute.
  std::uint32_t orders_last_minute = 0;
};

struct gate_refusal {
  execution_code code = execution_code::halted;
  /// Never zero.
  timestamp retry_at;
  /// For people.
  std::string detail;
  friend bool operator==(const gate_refusal&, const gate_refusal&) = default;
};

/// Nothing: the order may go. The first rule that says no answers, in this order: halts and breaker, size, token,
/// session, rate. `symbol_halted` is the symbol's own switch.
[[nodiscard]] std::optional<gate_refusal> check_gate(const gate_conditions& conditions, const gate_policy& policy,
                                                     bool symbol_halted, std::uint64_t quantity, timestamp now);

}  // namespace hedgerow::domain
