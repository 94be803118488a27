// What goes into and comes out of the placing of orders for one symbol (desk.hpp).
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/orders/risk_gate.hpp"
#include "messages/events/execution_desk.hpp"
#include "messages/events/schwab_execution.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::domain {

struct desk_policy {
  gate_policy gate;
  /// The POST is only written this long after its intent was decided, and before the session's end (order-protocol, 3).
  std::chrono::milliseconds lease{10'000};
  /// The adapter's limit for one call: after the lease and this, no request of ours can be under way.
  std::chrono::milliseconds http_grace{20'000};
  /// Largest difference between our clock and the broker's, or the former owner's. The poller lists orders by it, too.
  std::chrono::milliseconds clock_skew{60'000};
  /// Back-off of repeated attempts and questions: doubles from the first to the last.
  std::chrono::milliseconds backoff_first{500};
  std::chrono::milliseconds backoff_last{15'000};
  /// POSTs of one intent, all but the last certainly not processed; those that were answered with 429 do not count.
  std::uint32_t max_attempts = 4;
  /// How long a fresh order id may be unknown to GET.
  std::chrono::milliseconds verify_window{20'000};
  /// Absent: this many order lists without a candidate, spread over this long.
  std::uint32_t evidence_lists = 3;
  std::chrono::milliseconds evidence_spread{15'000};
  /// Pause between lists while held, and for orders of absent intents.
  std::chrono::milliseconds held_interval{60'000};
  std::chrono::milliseconds watch_interval{60'000};
  /// How long an order of an absent intent is looked for after its end.
  std::chrono::milliseconds watch_window{900'000};
  /// Rounds of empty lists with a moved position before the intent is held.
  std::uint32_t moved_rounds = 2;
  /// For this long after an order of ours ended without filling completely, a moved position may be a fill that crossed
  /// its end and is not reported yet: no round counts.
  std::chrono::milliseconds late_fill_window{180'000};
  /// An outcome that is open for this long raises an alarm, which is repeated at this interval.
  std::chrono::milliseconds unresolved_alarm{300'000};
  /// Nothing waits for longer than this: a later time was computed while the clock was wrong. Above what a broker may
  /// ask for with Retry-After.
  std::chrono::milliseconds longest_wait{7'200'000};
  /// Before an intent, a baseline older than this is taken again if nothing has happened for a while.
  std::chrono::milliseconds baseline_age{3'600'000};
  std::chrono::milliseconds baseline_quiet{120'000};

  /// Pause between two order lists while an outcome is unknown: `evidence_lists` of them fill `evidence_spread`. At
  /// least 100 ms.
  [[nodiscard]] constexpr std::chrono::milliseconds list_interval() const {
    return std::max(std::chrono::milliseconds{100}, evidence_spread / evidence_lists);
  }
};

/// Given with every input.
struct desk_context {
  timestamp now;
  /// The owner's incarnation: larger for every start and every new owner.
  std::uint64_t owner_epoch = 0;
  gate_conditions gate;
};

// Effects: what to do after the step is committed. Every answer goes back to the desk together with its effect.

/// Ask for the position; answer to on_baseline().
struct fetch_baseline {
  execution_id execution;
  timestamp asked_at;
};
/// Check gate and lease again (check_write), then POST once; answer to on_placement(), or on_gate_refusal(). The
/// monotonic deadline is the monotonic time at which the step was *made* (not committed) + `lease`.
struct place_order {
  execution_id execution;
  std::uint32_t attempt = 0;
  order_request request;
  timestamp not_after;
  microseconds lease{0};
};
/// Have the access token refreshed: the last POST was answered 401.
struct refresh_token {};
/// GET the order; answer to on_order().
struct verify_order {
  execution_id execution;
  order_id order;
};
/// List orders entered within [from, to]; answer to on_evidence().
struct list_evidence {
  execution_id execution;
  timestamp asked_at;
  timestamp from;
  timestamp to;
};
/// Ask for the position; answer to on_position().
struct fetch_position {
  execution_id execution;
  timestamp asked_at;
};
using desk_effect =
    std::variant<fetch_baseline, place_order, refresh_token, verify_order, list_evidence, fetch_position>;

enum class desk_alarm_code : std::uint8_t {
  held,             // ambiguous evidence: a person must decide
  released,         // a held intent was decided after all
  absent,           // a placement turned out never to have reached the broker
  late_evidence,    // an order, or a fill, of an execution that had ended
  wrong_order,      // the broker named an order that is not ours
  baseline_failed,  // the position could not be read before an intent
  control_refused,  // what a person asked for cannot be done; the text says why
  unresolved,       // an outcome stays unknown: what is missing to decide it
  bad_record,       // a record that does not fit: wrong symbol, contradicting execution
};
[[nodiscard]] std::string_view to_string(desk_alarm_code code);

struct desk_alarm {
  desk_alarm_code code = desk_alarm_code::held;
  execution_id execution;
  /// Complete in itself, without secrets.
  std::string text;
};

/// What a call decided. The state is desk.state(). Nothing may leave the process before events and state are committed.
struct desk_step {
  /// False if the state is unchanged and need not be written.
  bool changed = false;
  /// To append to schwab-executions; the i-th has desk_event_id(symbol, first_event + i).
  std::vector<schwab_execution> events;
  std::uint64_t first_event = 0;
  std::vector<desk_effect> effects;
  std::vector<desk_alarm> alarms;
  /// When on_timer() is to be called if nothing else happens; replaces the earlier time.
  std::optional<timestamp> wake_at;
};

/// `desk:{symbol}:{number}`: the same after a replay.
[[nodiscard]] std::string desk_event_id(const symbol& name, std::uint64_t number);

}  // namespace hedgerow::domain
