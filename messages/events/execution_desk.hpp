// Topic execution-changelog: all that the placing of orders for one symbol knows. Complete in itself: the newest record
// of a symbol is all that a restart or a new owner needs (design: order-protocol.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "messages/events/control_event.hpp"
#include "messages/events/schwab_command.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

enum class intent_phase : std::uint8_t {
  waiting,     // nothing sent: before its first lease, or backing off after an attempt that certainly was not processed
  submitting,  // leased: the POST may or may not have left
  verifying,   // the broker, or a person, named an order id; it is being looked at
  unknown,     // the outcome of the POST is being resolved from evidence
  held,        // evidence is ambiguous; a person decides, unless more evidence does
  working,     // the order is known; its poller reports
};

inline constexpr std::string_view intent_phase_names[] = {"waiting", "submitting", "verifying",
                                                          "unknown", "held",       "working"};
[[nodiscard]] constexpr std::string_view to_string(intent_phase v) {
  return intent_phase_names[static_cast<std::size_t>(v)];
}

/// The one intent of a symbol that may have an order at the broker, or is about to.
struct live_intent {
  execution_id execution;
  /// The broker's side.
  hedgerow::side side = side::buy;
  /// Whole shares asked for.
  std::uint64_t quantity = 0;
  intent_phase phase = intent_phase::waiting;
  /// When it became the live one: the quantity is that of then. Zero in records that do not say it.
  timestamp begun_at;
  /// An ended execution was filled since, which the quantity does not take into account.
  bool outdated = false;
  /// When the first lease was recorded; zero before. Evidence is searched from here.
  timestamp intent_at;
  /// When the newest lease was recorded, until when its POST may be written, and which life of the owner holds it.
  timestamp leased_at;
  timestamp not_after;
  std::uint64_t owner_epoch = 0;
  /// Own cumulative signed fills of the symbol when the intent was leased.
  shares filled_before;
  /// The order that is being verified, or is known.
  std::optional<order_id> order;
  /// Shares of the order, when a person adopted one of fewer than asked for; zero: all of them.
  std::uint64_t order_quantity = 0;
  /// The id under verification was named by a person.
  bool named_by_person = false;
  /// Leases recorded so far: each is at most one POST.
  std::uint32_t attempts = 0;
  /// Answers 429 and 401 so far.
  std::uint32_t throttled = 0;
  std::uint32_t unauthorized = 0;
  /// Leases that ended before the socket write, by the gate's or the clock's word.
  std::uint32_t unwritten = 0;
  /// When the wait for a passing reason of the gate began; zero without such a wait.
  timestamp gate_wait;
  /// Questions asked in this phase, for back-off.
  std::uint32_t tries = 0;
  /// When this phase began.
  timestamp phase_at;
  /// When the desk has to act without an input; zero if never.
  timestamp next_at;
  /// Order lists asked for after the lease was over that showed no candidate.
  std::uint32_t empty_lists = 0;
  /// Such lists in a row that held an unreadable order of the symbol.
  std::uint32_t unclear_lists = 0;
  timestamp first_empty_at;
  timestamp last_empty_at;
  /// Rounds of empty lists after which the broker's position did not agree with our own fills.
  std::uint32_t moved_rounds = 0;
  /// Cumulative, as booked.
  shares filled;
  usd filled_notional;
  friend bool operator==(const live_intent&, const live_intent&) = default;
};

/// An intent that ended, kept for late reports about its order.
struct ended_intent {
  execution_id execution;
  hedgerow::side side = side::buy;
  std::uint64_t quantity = 0;
  timestamp intent_at;
  /// When it ended, or when the search for its order was last renewed.
  timestamp ended_at;
  /// Cumulative filled shares booked so far.
  shares filled;
  usd filled_notional;
  std::optional<order_id> order;
  /// Ended without an order although a POST may have left: order lists are searched for it for a while.
  bool absent = false;
  /// An order was found after the end and is still working: no new intent before it is settled.
  bool late_order = false;
  friend bool operator==(const ended_intent&, const ended_intent&) = default;
};

struct execution_desk {
  hedgerow::symbol symbol;
  /// Sequence of the newest command seen: a command that is not newer is a duplicate.
  std::uint64_t last_execution = 0;
  /// Commands behind the live intent, oldest first.
  std::vector<schwab_command> queue;
  std::optional<live_intent> live;
  /// Newest last; bounded.
  std::vector<ended_intent> ended;
  /// When the order list is to be searched for orders of absent intents; zero when it is not.
  timestamp watch_at;
  /// Shares at the broker that are not of our own fills: position - own fills.
  std::optional<shares> baseline;
  timestamp baseline_at;
  /// Own cumulative signed fills.
  shares filled;
  /// When an intent last ended.
  timestamp settled_at;
  /// Order ids that belong to executions of this symbol, newest last; bounded.
  std::vector<order_id> claimed;
  /// Halt switch of the symbol.
  bool halted = false;
  /// Executions appended so far: numbers their event ids.
  std::uint64_t events = 0;
  /// Commands ignored as duplicates.
  std::uint64_t duplicates = 0;
  /// The newest person's decision that was applied.
  std::optional<decision_mark> newest_decision;
  friend bool operator==(const execution_desk&, const execution_desk&) = default;
};

}  // namespace hedgerow
