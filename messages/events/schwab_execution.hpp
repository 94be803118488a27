// Topic schwab-executions: every step in the life of one execution (design: order-protocol.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

enum class execution_state : std::uint8_t {
  pending,           // accepted from the accumulator, waiting for its turn or for the market
  submitting,        // durable intent; the POST may or may not have left
  submitted,         // the broker knows it under `order`
  partially_filled,  // still working
  filled,            // terminal
  failed,            // terminal; the filled part stays booked, the rest is released
  unknown,           // the outcome of the POST is not known; being resolved from evidence
  held,              // evidence is ambiguous: a person decides, the symbol is frozen
};

/// Why an execution failed, is unknown or is held.
enum class execution_code : std::uint8_t {
  none,
  market_closed,
  no_token,  // no valid OAuth token
  halted,
  risk_limit,
  lease_expired,   // not_after passed before the socket was written
  broker_refused,  // documented 4xx to the POST
  rejected,
  cancelled,
  expired,
  outcome_unknown,
  absent,     // evidence says that the broker never had it
  ambiguous,  // several candidates, or the position moved without an order
  not_sent,   // certain that no byte of the request was processed
  throttled,  // the same, since the broker asked for a pause: no failure
};

/// The code proves that no order came of the execution: no report about it can follow.
[[nodiscard]] constexpr bool never_left(execution_code c) {
  using enum execution_code;
  return c == market_closed || c == no_token || c == halted || c == risk_limit || c == lease_expired || c == not_sent ||
         c == throttled;
}

struct schwab_execution {
  execution_id execution;
  /// The broker's side.
  hedgerow::side side = side::buy;
  /// Whole shares asked for.
  std::uint64_t quantity = 0;
  execution_state state = execution_state::pending;
  execution_code code = execution_code::none;
  std::optional<order_id> order;
  /// submitted: shares of the order, when it has fewer than asked for; zero: all of them. The rest is released at its
  /// end.
  std::uint64_t order_quantity = 0;
  /// Cumulative filled shares; never decreases for one execution.
  shares filled;
  /// Cumulative sum of price * quantity over all legs.
  usd filled_notional;
  /// For people: what happened, without secrets.
  std::string detail;
  /// The facts that a verdict on an unknown outcome rests on.
  std::vector<std::string> evidence;
  /// submitting: the POST is only written before this time; a new owner must wait for it (order-protocol, 3).
  timestamp not_after;
  /// submitting: which life of the owner wrote the intent.
  std::uint64_t owner_epoch = 0;
  /// submitting: own cumulative signed fills of the symbol before this intent.
  shares filled_before;
  /// failed: earliest time at which trying again makes sense (next session open, back-off); zero when at once.
  timestamp retry_at;

  [[nodiscard]] bool terminal() const { return state == execution_state::filled || state == execution_state::failed; }
  friend bool operator==(const schwab_execution&, const schwab_execution&) = default;
};

}  // namespace hedgerow
