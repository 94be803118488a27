// What an answer about a pending order means (order-protocol, 7 and 8): cumulative, monotone, priced, and ended only by
// the broker's word. Pure; when to look is poll_schedule's business.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/pending_order.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/types/broker.hpp"

namespace hedgerow::domain {

struct progress_policy {
  /// After an order ended without filling completely it is looked at this many times more and for at least
  /// `late_least`, but not longer than `late_window`: a fill may cross a cancel. Fills found then are booked by a
  /// further FAILED with a larger cumulative quantity.
  std::uint32_t late_looks = 5;
  std::chrono::seconds late_least{120};
  std::chrono::seconds late_window{600};
  /// An order that GET does not know, or answers with statuses that need a look, is alarmed every this many times.
  std::uint32_t alarm_every = 10;
};

enum class progress_alarm_code : std::uint8_t {
  wrong_order,     // the answer is about another order, or its terms differ
  unpriced_fill,   // filled shares without legs that cover them exactly: nothing is booked until they do
  impossible,      // negative quantities or prices
  filled_short,    // FILLED with fewer shares than asked for: not believed yet
  over_fill,       // more shares than asked for; booked as what happened
  unknown_status,  // a status that is not documented or needs a look; never terminal
  late_fill,       // shares filled after the order had ended
  unreadable,      // the broker's answers about the order go on making no sense
  not_found,       // the broker still does not know the order
};
[[nodiscard]] std::string_view to_string(progress_alarm_code code);

struct progress_alarm {
  progress_alarm_code code = progress_alarm_code::wrong_order;
  std::string text;
};

struct progress_step {
  /// The state afterwards: the changelog record, or, when `finished`, a tombstone.
  pending_order after;
  /// To append to schwab-executions, with id progress_event_id(after).
  std::optional<schwab_execution> event;
  /// When it happened by the broker's word; nothing when the answer does not say.
  std::optional<timestamp> happened_at;
  std::vector<progress_alarm> alarms;
  /// The broker will report nothing more about the order.
  bool finished = false;
  /// False if only counters changed, which need not be written.
  bool changed = false;
};

/// The beginning of the watch, from a SUBMITTED event; `cause` is its event_id. Nothing for any other event.
[[nodiscard]] std::optional<pending_order> watch_of(const schwab_execution& submitted, timestamp now,
                                                    std::string cause = {});

[[nodiscard]] progress_step on_look(const pending_order& before, const broker_order& order,
                                    const progress_policy& policy, timestamp now);
/// No failure of a call ends an order.
[[nodiscard]] progress_step on_look_failed(const pending_order& before, const broker_error& error,
                                           const progress_policy& policy, timestamp now);

/// event_id of what the event of the step from `before` follows: the watch's own last event, or at first the SUBMITTED
/// one.
[[nodiscard]] std::string progress_cause(const pending_order& before);

/// `order:{execution}:{order}:{n}` of the event that the step to `after` made: the same after a replay.
[[nodiscard]] std::string progress_event_id(const pending_order& after);

}  // namespace hedgerow::domain
