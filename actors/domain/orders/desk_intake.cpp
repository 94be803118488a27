// The beginning of an intent: commands queue behind the live one, the gate is asked, the baseline is taken, and the
// lease is recorded before a byte goes to the socket (order-protocol, 1-3).
#include <algorithm>
#include <utility>

#include "actors/domain/orders/desk.hpp"

namespace hedgerow::domain {
namespace {

/// What is asked for anew follows within a moment; what comes later is for other fills, and has tries of its own.
constexpr std::chrono::minutes tries_kept{1};

}  // namespace

desk_step desk::on_command(const schwab_command& command, timestamp asked_at, const desk_context& context) {
  begin();
  if (command.execution.symbol != state_.symbol) {
    alarm(desk_alarm_code::bad_record, command.execution, "a command of another symbol: ignored");
    return finish();
  }
  step_.changed = true;
  if (command.execution.sequence <= state_.last_execution) {
    ++state_.duplicates;
    return finish();
  }
  state_.last_execution = command.execution.sequence;
  state_.queue.push_back(command);
  schwab_execution accepted;
  accepted.execution = command.execution;
  accepted.side = command.side;
  accepted.quantity = command.quantity;
  accepted.detail = state_.live ? "waiting for " + state_.live->execution.to_string() : "accepted";
  emit(std::move(accepted));
  // It stood in the log for long, while nobody read it. Not twice in a row: two clocks may differ by as much.
  const bool old = context.now - asked_at > policy_.clock_skew;
  if (old && !newest_was_old_) unread_since_ = asked_at;
  newest_was_old_ = old;
  start_next(context);
  return finish();
}

void desk::start_next(const desk_context& context) {
  // A refusal ends an intent at once, so that several may pass here.
  while (!state_.live && !state_.queue.empty()) {
    live_intent& intent = state_.live.emplace();
    intent.execution = state_.queue.front().execution;
    intent.side = state_.queue.front().side;
    intent.quantity = state_.queue.front().quantity;
    state_.queue.erase(state_.queue.begin());
    enter(intent, intent_phase::waiting, context.now);
    intent.begun_at = unread_since_.us != 0 ? std::exchange(unread_since_, {}) : context.now;
    if (context.now - tried_before_.at > tries_kept) tried_before_ = {};
    gate_look_ = {};
    try_lease(context);
  }
}

void desk::try_lease(const desk_context& context) {
  live_intent& intent = *state_.live;
  // One live order per symbol holds for orders that turned up late, too; their end wakes this intent. Before the gate:
  // an order that waits for the next open may work all night, and nothing can be placed beside it even if the gate
  // opens.
  if (late_order_working()) {
    intent.next_at = gate_look_ = {};
    step_.changed = true;
    return;
  }
  const auto refusal = check_gate(context.gate, policy_.gate, state_.halted, intent.quantity, context.now);
  if (refusal) return refused(*refusal, context);
  intent.next_at = gate_look_ = {};
  step_.changed = true;
  if (!baseline_usable(context.now)) return ask_baseline(context.now);
  const auto age = context.now - begun(intent);
  const bool fresh = age.count() >= 0 && age <= policy_.gate.fresh_for;
  if (fresh && !intent.outdated) return lease(context);
  const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
  renew("held up for " + std::to_string(waited) + " ms", context);
}

/// A reason that can pass at any moment is reported once and waited for, so that the hedge is late by as much as the
/// reason lasts and not by a fixed pause. Any other reason, or one that lasts too long, ends the intent: its shares
/// go back and net with later fills.
void desk::refused(const gate_refusal& refusal, const desk_context& context) {
  live_intent& intent = *state_.live;
  const bool told = intent.gate_wait.us != 0;
  const timestamp since = told ? intent.gate_wait : context.now;
  const auto waited = context.now - since;
  if (!refusal.passing || waited >= policy_.gate.patience || waited.count() < 0)
    return fail(refusal.code, refusal.detail, refusal.retry_at, {}, context);
  const bool leased = intent.phase == intent_phase::submitting;
  if (leased) {
    ++intent.unwritten;
    enter(intent, intent_phase::waiting, context.now);
  }
  gate_look_ = refusal.retry_at;
  const timestamp until = since + policy_.gate.patience;
  if (intent.next_at != until || !told) step_.changed = true;
  intent.gate_wait = since;
  intent.next_at = until;
  if (told && !leased) return;
  schwab_execution event = execution_of(intent, execution_state::pending);
  event.code = refusal.code;
  event.detail = "not placed yet: " + refusal.detail;
  event.retry_at = refusal.retry_at;
  emit(std::move(event));
}

/// What was asked for a while ago may be too much by now, or on the wrong side: fills have come meanwhile, and a
/// command is never changed. The shares go back, and the accumulator asks at once for what the position needs now.
/// Whatever the intent waited for, it is its age that counts: a wait may be made of many short ones.
void desk::renew(const std::string& why, const desk_context& context) {
  const live_intent intent = *state_.live;
  const try_counts before{tried_before_.throttled + intent.throttled, tried_before_.unauthorized + intent.unauthorized,
                          tried_before_.unsent + unsent(intent), context.now};
  // A time that has passed by every node's clock: at once.
  fail(intent.throttled > 0 ? execution_code::throttled : execution_code::not_sent,
       why + ": the quantity is computed anew", std::min(begun(intent), context.now) - policy_.clock_skew, {}, context);
  tried_before_ = before;
}

timestamp desk::begun(const live_intent& intent) { return intent.begun_at.us != 0 ? intent.begun_at : intent.phase_at; }

std::uint32_t desk::unsent(const live_intent& intent) {
  return intent.attempts - intent.throttled - intent.unauthorized - intent.unwritten;
}

bool desk::baseline_usable(timestamp now) const {
  if (!state_.baseline) return false;
  // A position moves when shares are deposited by hand; shortly after a fill the broker's figure may lag, so that the
  // old baseline is better than a new one.
  // The same while fills of an order that is still being searched for may be in it.
  const auto searched = [&](const ended_intent& ended) { return watched(ended, now); };
  return now - state_.baseline_at <= policy_.baseline_age || now - state_.settled_at <= policy_.baseline_quiet ||
         std::any_of(state_.ended.begin(), state_.ended.end(), searched);
}

void desk::ask_baseline(timestamp now) {
  live_intent& intent = *state_.live;
  step_.changed = true;
  if (!is_open(question::baseline, intent.execution, intent.phase_at)) {
    ++intent.tries;
    ask(question::baseline, intent.execution, now, fetch_baseline{intent.execution, now});
  }
  intent.next_at = now + policy_.http_grace + backoff(intent.tries);
}

desk_step desk::on_baseline(const execution_id& execution, timestamp asked_at, const broker_answer<shares>& answer,
                            const desk_context& context) {
  begin();
  close(question::baseline, execution);
  live_intent* intent = live_for(execution);
  if (intent == nullptr || intent->phase != intent_phase::waiting || asked_at < intent->phase_at ||
      baseline_usable(context.now) || late_order_working())
    return finish();
  step_.changed = true;
  const auto others = answer ? answer->minus(state_.filled) : unexpected(amount_error::not_a_number);
  if (others) {
    state_.baseline = *others;
    state_.baseline_at = context.now;
    intent->next_at = {};
    try_lease(context);
    if (!state_.live) start_next(context);
    return finish();
  }
  const auto asked_for = answer ? policy_.backoff_last : answer.error().retry_after;
  intent->next_at = context.now + std::max(backoff(intent->tries), asked_for);
  if (intent->tries % 5 == 0)
    alarm(desk_alarm_code::baseline_failed, execution,
          "the position cannot be read, so no order is placed: " + (answer ? "out of range" : answer.error().detail));
  return finish();
}

void desk::lease(const desk_context& context) {
  live_intent& intent = *state_.live;
  enter(intent, intent_phase::submitting, context.now);
  ++intent.attempts;
  if (intent.intent_at.us == 0) intent.intent_at = context.now;
  intent.leased_at = context.now;
  // A market order that is written after the session waits for the next open.
  intent.not_after = std::min(context.now + policy_.lease, context.gate.session->end - policy_.gate.session_margin);
  intent.owner_epoch = context.owner_epoch;
  intent.filled_before = state_.filled;
  // The adapter answers once; this only guards against an answer that is lost inside.
  intent.next_at = quiet_from(intent);
  schwab_execution event = execution_of(intent, execution_state::submitting);
  event.not_after = intent.not_after;
  event.owner_epoch = intent.owner_epoch;
  event.detail = "attempt " + std::to_string(intent.attempts);
  emit(std::move(event));
  const order_request request{state_.symbol, intent.side, intent.quantity};
  step_.effects.emplace_back(
      place_order{intent.execution, intent.attempts, request, intent.not_after, intent.not_after - context.now});
}

void desk::wait_and_retry(std::chrono::milliseconds delay, const std::string& why, const desk_context& context) {
  live_intent& intent = *state_.live;
  enter(intent, intent_phase::waiting, context.now);
  intent.gate_wait = gate_look_ = {};
  intent.next_at = context.now + delay;
  schwab_execution event = execution_of(intent, execution_state::pending);
  event.code = execution_code::not_sent;
  event.detail = "not placed yet: " + why;
  event.retry_at = intent.next_at;
  emit(std::move(event));
}

}  // namespace hedgerow::domain
