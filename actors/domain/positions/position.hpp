// What a symbol's position becomes when something happens: reserve, fill, release. The state is the
// position_update event itself, so the newest record of a symbol is all that a restart needs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/events/onchain_trade.hpp"
#include "messages/events/position_update.hpp"
#include "messages/events/schwab_command.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::domain {

/// Executions that ended and are remembered: a late fill or an over-fill is booked against them. At most this many, the
/// newest; in the list the one that ended last is last. Refusals that prove that nothing was sent are not among them.
inline constexpr std::size_t closed_limit = 16;
/// How many of them may be completely filled. Few: the broker rarely revises those, and every record carries the list.
inline constexpr std::size_t closed_filled_limit = 4;

/// No retry lies farther ahead than its reason can last: the broker's hours are those of one day, and nobody's
/// Retry-After is followed for longer than the other.
inline constexpr std::chrono::hours longest_closed_wait{24};
inline constexpr std::chrono::hours longest_retry_wait{2};

struct hedging_policy {
  /// At most one live execution per symbol; fills meanwhile only accumulate (facts, 6.2).
  bool one_in_flight = true;
  /// Largest order in whole shares; the rest follows in later commands. Zero: no commands at all.
  std::uint64_t max_order_shares = 10'000;
  /// This many failures in a row freeze the symbol. Zero: never.
  std::uint32_t freeze_after_failures = 10;
  /// Wait after the first failure; doubles with each further one up to the maximum.
  std::chrono::milliseconds failure_backoff{1000};
  std::chrono::milliseconds failure_backoff_max{60'000};
};

enum class position_alarm_code : std::uint8_t {
  late_fill,          // shares filled after the execution was taken for ended
  over_fill,          // the broker filled more than was asked for
  filled_short,       // FILLED, but with fewer shares than asked for
  fill_went_back,     // a terminal report with fewer shares than booked before; the larger number stands
  too_many_failures,  // the failure streak froze the symbol
  held,               // an ambiguous outcome froze the symbol
};

[[nodiscard]] std::string_view to_string(position_alarm_code code);

/// Something that a person should know. `text` is complete in itself.
struct position_alarm {
  position_alarm_code code = position_alarm_code::late_fill;
  std::string text;
  friend bool operator==(const position_alarm&, const position_alarm&) = default;
};

struct position_decision {
  /// The state afterwards.
  position_update after;
  /// At most one per event; next_timer says when the next one is due.
  std::optional<schwab_command> command;
  std::vector<position_alarm> alarms;
  /// False if `after` equals the state before and need not be written.
  bool changed = false;
};

/// Why an event was not booked. The state is as it was.
enum class position_fault : std::uint8_t {
  duplicate,          // a trade that is booked already; not an error
  wrong_symbol,       // the event belongs to another symbol
  invalid_trade,      // amount is not positive
  invalid_execution,  // negative filled shares, or side or quantity differ from the command
  unknown_execution,  // no command with this id was ever made
  too_old,            // it ended so long ago that its bookings are forgotten
  overflow,           // the position would not fit 256 bits
};

[[nodiscard]] std::string_view to_string(position_fault fault);

/// A symbol of which nothing is known yet.
[[nodiscard]] position_update empty_position(symbol name);

/// Books a fill on chain, or its reversal. Sequences ascend, so one that is not above the last is a duplicate.
[[nodiscard]] expected<position_decision, position_fault> apply_trade(const position_update& before,
                                                                      const onchain_trade& trade,
                                                                      const hedging_policy& policy, timestamp now,
                                                                      std::string cause);

/// Books a step of an execution (facts, 6.5). Cumulative filled shares only grow: a smaller or
/// repeated report changes nothing. Fills after the end are booked with an alarm. A failure gives the rest back and
/// sets `retry_at`: refusals that say when to retry (market_closed, no_token, halted, lease_expired, throttled, and
/// risk_limit or not_sent with a time) do not count as failures and wait until that time, or for failure_backoff_max
/// when there is none; everything else adds to the streak and waits for the back-off, or until the execution's own
/// retry_at when that is later. None waits for longer than longest_retry_wait, a closed market than
/// longest_closed_wait.
[[nodiscard]] expected<position_decision, position_fault> apply_execution(const position_update& before,
                                                                          const schwab_execution& execution,
                                                                          const hedging_policy& policy, timestamp now,
                                                                          std::string cause);

/// Emits the command that is due at `now`, if there is one: the sweep (facts, 6.7).
[[nodiscard]] position_decision apply_timer(const position_update& before, const hedging_policy& policy, timestamp now);

/// When apply_timer would emit a command if nothing else happens; not later than now means at once. Returns
/// nullopt if no timer is needed.
[[nodiscard]] std::optional<timestamp> next_timer(const position_update& state, const hedging_policy& policy = {});

/// The same state, with a nearer retry when the stored one rests on a clock that was ahead: `now` is before the time at
/// which the state was written, or the retry is farther ahead than any reason lasts. Use it on a state before each
/// booking.
[[nodiscard]] position_update corrected(position_update state, timestamp written_at, timestamp now,
                                        const hedging_policy& policy);

/// A person lets the symbol trade again: not frozen, no failures, no waiting. May emit a command.
[[nodiscard]] position_decision resume(const position_update& before, const hedging_policy& policy, timestamp now,
                                       std::string cause);

/// No commands until resume. What happens is still booked.
[[nodiscard]] position_decision freeze(const position_update& before, std::string cause);

/// Empty when the state is consistent, otherwise what is wrong with it: `reserved` is what live executions still have
/// to fill, ids are below next_execution, ascending and unique, the sums fit 256 bits. Every booking ends with this
/// check. Use it on a state that was read back, too.
[[nodiscard]] std::string check_invariants(const position_update& state);

}  // namespace hedgerow::domain
