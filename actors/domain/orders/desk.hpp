// Placing orders for one symbol at a broker that has no client order id (design: order-protocol.md). The rule under
// every crash, time-out and broker fault: an intent has at most one broker order, and no broker order goes unaccounted.
//
// Pure: the owner feeds inputs one at a time and commits what each step returns - the events, the state, and the
// offset of the input - in one transaction; then it runs the effects. If the transaction fails, the desk is thrown away
// and rebuilt from the last committed state, followed by on_recovery().
#pragma once

#include <span>

#include "actors/domain/orders/desk_types.hpp"
#include "actors/domain/orders/order_match.hpp"
#include "messages/events/control_event.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::domain {

template <class T>
using broker_answer = expected<T, broker_error>;

class desk {
 public:
  desk(execution_desk state, desk_policy policy);

  [[nodiscard]] const execution_desk& state() const { return state_; }

  /// Call first after the state was read back, by a restart or a new owner. What may have been sent is resolved from
  /// evidence; it is not sent again.
  desk_step on_recovery(const desk_context& context);
  /// A record of schwab-commands, written at `asked_at`. One whose sequence is not above the last is a duplicate.
  desk_step on_command(const schwab_command& command, timestamp asked_at, const desk_context& context);
  /// A record of schwab-executions of this symbol; those that the desk wrote itself change nothing.
  desk_step on_execution(const schwab_execution& event, const desk_context& context);
  /// A record of control-events for this symbol. One that was applied before changes nothing. What was decided about an
  /// order before the live intent was leased is about an earlier one, and comes late: it is refused.
  desk_step on_control(const control_event& event, const decision_mark& decision, const desk_context& context);
  /// wake_at has come. Calling it early or twice does no harm.
  desk_step on_timer(const desk_context& context);

  // Answers to effects. An answer to a question that no longer matters changes nothing.

  /// The gate, or the lease, said no between the commit and the socket write: nothing was sent.
  desk_step on_gate_refusal(const execution_id& execution, std::uint32_t attempt, const gate_refusal& refusal,
                            const desk_context& context);
  desk_step on_placement(const execution_id& execution, std::uint32_t attempt, const broker_answer<placement>& answer,
                         const desk_context& context);
  desk_step on_order(const execution_id& execution, const order_id& order, const broker_answer<broker_order>& answer,
                     const desk_context& context);
  desk_step on_evidence(const execution_id& execution, timestamp asked_at, const broker_answer<order_list>& answer,
                        const desk_context& context);
  desk_step on_position(const execution_id& execution, timestamp asked_at, const broker_answer<shares>& answer,
                        const desk_context& context);
  desk_step on_baseline(const execution_id& execution, timestamp asked_at, const broker_answer<shares>& answer,
                        const desk_context& context);

 private:
  using list = std::span<const broker_order>;
  enum class question : std::uint8_t { baseline, order, list, position };
  struct asked {
    question what;
    execution_id by;
    timestamp at;
  };
  struct try_counts {
    std::uint32_t throttled = 0;
    std::uint32_t unauthorized = 0;
    std::uint32_t unsent = 0;
    timestamp at;
  };

  // Steps (desk.cpp): one is open during every call.
  void begin() { step_ = {}; }
  desk_step finish();
  [[nodiscard]] live_intent* live_for(const execution_id& execution);
  [[nodiscard]] schwab_execution execution_of(const live_intent& intent, execution_state state) const;
  void emit(schwab_execution event);
  void alarm(desk_alarm_code code, const execution_id& execution, std::string text);
  void enter(live_intent& intent, intent_phase phase, timestamp now);
  [[nodiscard]] std::chrono::milliseconds backoff(std::uint32_t tries) const;
  /// A question waits for its place in the call budget for as long as that takes. One that is asked again meanwhile
  /// would take the place of another.
  [[nodiscard]] bool is_open(question what, const execution_id& by, timestamp since) const;
  void ask(question what, const execution_id& by, timestamp now, desk_effect effect);
  /// Also for an answer that is an error.
  void close(question what, const execution_id& by);
  /// `at` has come, or can only have been computed while the clock was wrong.
  [[nodiscard]] bool due(timestamp at, timestamp now) const;

  // The beginning of an intent (desk_intake.cpp).
  void start_next(const desk_context& context);
  void try_lease(const desk_context& context);
  void refused(const gate_refusal& refusal, const desk_context& context);
  void renew(const std::string& why, const desk_context& context);
  /// When its quantity was right.
  [[nodiscard]] static timestamp begun(const live_intent& intent);
  /// Its tries that did not leave, and that no other limit counts.
  [[nodiscard]] static std::uint32_t unsent(const live_intent& intent);
  [[nodiscard]] bool baseline_usable(timestamp now) const;
  void ask_baseline(timestamp now);
  void lease(const desk_context& context);
  void wait_and_retry(std::chrono::milliseconds delay, const std::string& why, const desk_context& context);

  // The end of an intent (desk_settle.cpp).
  void fail(execution_code code, std::string detail, timestamp retry_at, std::vector<std::string> evidence,
            const desk_context& context);
  void settle(const desk_context& context);
  /// Books what `event` reports beyond what is booked; false when there is nothing.
  bool add_fills(const schwab_execution& event, shares& filled, usd& notional);
  [[nodiscard]] ended_intent& remember(const live_intent& intent, timestamp now);
  void on_live_report(const schwab_execution& event, const desk_context& context);
  void on_ended_report(ended_intent& ended, const schwab_execution& event, const desk_context& context);
  void adopt_named(const control_event& event, const desk_context& context);
  void declare_absent(const control_event& event, const desk_context& context);
  void close_working(const control_event& event, const desk_context& context);
  void claim(const order_id& order);

  // A placement and the check of its id (desk_placement.cpp).
  void placed(const placement& placement, const desk_context& context);
  void not_placed(const broker_error& error, const desk_context& context);
  void retry_placement(const broker_error& error, const desk_context& context);
  void verify(const order_id& order, bool named_by_person, const desk_context& context);
  void ask_order(timestamp now);
  void verified(const broker_order& order, const desk_context& context);
  void not_verified(const broker_error& error, const desk_context& context);
  void working(const order_id& order, std::string detail, std::vector<std::string> evidence);

  // Unknown outcomes (desk_evidence.cpp).
  void become_unknown(const std::string& why, const desk_context& context);
  void hold(const std::string& why, std::vector<std::string> evidence, const desk_context& context);
  void ask_list(timestamp now);
  void ask_position(timestamp now);
  void evaluate(timestamp asked_at, list orders, const desk_context& context);
  void no_candidate(timestamp asked_at, const desk_context& context);
  void unclear_list(timestamp asked_at, const unreadable_order& order, const desk_context& context);
  void alarm_unresolved(timestamp now);
  void conclude_absent(const std::string& why, std::vector<std::string> evidence, const desk_context& context);
  /// The orders that can be the intent's, as far as is known at `now`.
  [[nodiscard]] order_pattern pattern_of(const live_intent& intent, timestamp now) const;
  [[nodiscard]] order_pattern pattern_of(const ended_intent& ended) const;
  [[nodiscard]] std::optional<broker_order> best_of(const std::vector<broker_order>& found) const;
  /// From here on no request of ours can be under way.
  [[nodiscard]] timestamp quiet_from(const live_intent& intent) const;
  /// The live intent's outcome is unknown, or held for a person.
  [[nodiscard]] bool outcome_open() const;
  [[nodiscard]] bool absence_shown(const live_intent& intent) const;

  // Orders of intents that ended without one (desk_late.cpp).
  void ask_watch(timestamp now);
  void find_late_orders(list orders, const desk_context& context);
  void found_late(ended_intent& ended, const broker_order& order);
  /// An order was taken for the live intent that can be one of theirs: then theirs to come is the live intent's.
  void renew_watch(timestamp now);
  [[nodiscard]] bool watched(const ended_intent& ended, timestamp now) const;
  [[nodiscard]] bool late_order_working() const;
  [[nodiscard]] bool late_fill_possible(timestamp now) const;

  execution_desk state_;
  desk_policy policy_;
  desk_step step_;
  /// When to look again at the gate that the live intent waits for; zero when it does not. Not in the state, since a
  /// restart looks at once.
  timestamp gate_look_;
  /// Tries of the intents that the live one was asked for anew after. Not in the state: a restart begins anew.
  try_counts tried_before_;
  /// The newest command was old when it was read.
  bool newest_was_old_ = false;
  /// When it was written, until its intent begins; zero when it was not old. Not in the state: a restart forgets it.
  timestamp unread_since_;
  /// When it was last told that an outcome stays open.
  timestamp unresolved_told_;
  /// Questions without an answer, the oldest first. Not in the state: a restart has none.
  std::vector<asked> open_;
  /// Why the newest evidence decided nothing; for people.
  std::string last_obstacle_;
};

}  // namespace hedgerow::domain
