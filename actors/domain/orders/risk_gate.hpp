// The gate in front of the broker (order-protocol, "The gate"): may an order be placed now? Pure. Asked at the last
// moment before the intent, and again right before the socket write.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "actors/domain/positions/position.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

struct gate_policy {
  /// Largest order in whole shares (Schwab takes 1 to 2^32-1): that of the hedging, checked again.
  std::uint64_t max_order_shares = hedging_policy{}.max_order_shares;
  /// Nothing is written from this long before the session's end: what the broker gets later waits for the next open.
  std::chrono::milliseconds session_margin{5'000};
  /// When to retry after a refusal that does not pass without help: halts and sizes.
  std::chrono::seconds recheck{60};
  /// Pause between two checks of a reason that can pass at any moment, such as a missing token or session.
  std::chrono::milliseconds recheck_passing{1'000};
  /// An intent that is older when it could be placed is asked for anew, whatever it waited for. Above recheck_passing,
  /// so that what passes by the first look delays the order only.
  std::chrono::milliseconds fresh_for{2'000};
  /// How long an intent waits for such a reason to pass before it gives its shares back.
  std::chrono::milliseconds patience{60'000};
  /// Pause between the first two looks at a day that the broker calls closed. The later ones are as far apart as the
  /// day has been known to be closed, up to the next half hour: a wrong answer is corrected soon, if at all.
  std::chrono::milliseconds recheck_closed{3'000};
};

/// What the owner of the desk knows at this moment.
struct gate_conditions {
  bool halted_global = false;
  /// The breaker is open: the broker fails too often.
  bool breaker_open = false;
  bool token_available = false;
  /// Today's session, as far as it is known. nullopt: unknown, which counts as closed (facts, 5.10).
  std::optional<market_session> session;
  /// When the broker began to say that this day has no session.
  timestamp closed_since;
  /// When the account may place its next order by its limit per minute; not after `now` when it may at once.
  timestamp next_order_at;
};

struct gate_refusal {
  execution_code code = execution_code::halted;
  /// Never zero.
  timestamp retry_at;
  /// For people.
  std::string detail;
  /// The reason can go at any moment: it is worth waiting for `retry_at`.
  bool passing = false;
  friend bool operator==(const gate_refusal&, const gate_refusal&) = default;
};

/// Returns nullopt if the order may go, else the first refusal, in this order: halts and breaker, size, token,
/// session, rate. `symbol_halted` is the symbol's own switch.
[[nodiscard]] std::optional<gate_refusal> check_gate(const gate_conditions& conditions, const gate_policy& policy,
                                                     bool symbol_halted, std::uint64_t quantity, timestamp now);

/// check_gate() right before the socket write, when the lease may be over, too.
[[nodiscard]] std::optional<gate_refusal> check_write(const gate_conditions& conditions, const gate_policy& policy,
                                                      bool symbol_halted, std::uint64_t quantity, const deadline& lease,
                                                      monotonic_time monotonic, timestamp now);

}  // namespace hedgerow::domain
