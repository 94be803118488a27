// The end of an intent: what the poller reports, failures before an order exists, and what a person decides.
#include <algorithm>

#include "actors/domain/orders/desk.hpp"
#include "actors/domain/resilience/newest_decision.hpp"

namespace hedgerow::domain {
namespace {

/// An order that is no longer known as claimed can be taken for that of an absent intent while such an intent is
/// watched for (desk_policy::watch_window), and its fill would be booked twice. More orders than this do not fit into
/// that time: the account's call budget is 120 a minute, and an order takes at least two calls.
constexpr std::ptrdiff_t max_claimed_while_watching = 1024;
/// Otherwise only orders entered within the clock skew before the live intent can be mistaken for its own (a minute, in
/// which 60 orders can be placed), and those that a person names.
constexpr std::ptrdiff_t max_claimed = 128;
constexpr std::size_t max_ended = 32;

}  // namespace

void desk::claim(const order_id& order) {
  if (is_claimed(state_, order)) return;
  state_.claimed.push_back(order);
  const bool watching = std::any_of(state_.ended.begin(), state_.ended.end(), [](const auto& e) { return e.absent; });
  const std::ptrdiff_t kept = watching ? max_claimed_while_watching : max_claimed;
  if (std::ssize(state_.claimed) > kept) state_.claimed.erase(state_.claimed.begin(), state_.claimed.end() - kept);
}

ended_intent& desk::remember(const live_intent& intent, timestamp now) {
  if (state_.ended.size() >= max_ended) {
    // Intents that may still get a late report are forgotten last, and those whose order works never: the next intent
    // waits for the end of that order.
    const auto oldest = [this](auto may_go) { return std::find_if(state_.ended.begin(), state_.ended.end(), may_go); };
    auto gone = oldest([](const ended_intent& e) { return !e.absent && !e.late_order; });
    if (gone == state_.ended.end()) gone = oldest([](const ended_intent& e) { return !e.late_order; });
    if (gone != state_.ended.end()) state_.ended.erase(gone);
  }
  ended_intent& ended = state_.ended.emplace_back();
  ended.execution = intent.execution;
  ended.side = intent.side;
  ended.quantity = intent.quantity;
  ended.intent_at = intent.intent_at;
  ended.ended_at = now;
  ended.filled = intent.filled;
  ended.filled_notional = intent.filled_notional;
  ended.order = intent.order;
  return ended;
}

/// Ends the live intent without an order. The caller goes on with the queue.
void desk::fail(execution_code code, std::string detail, timestamp retry_at, std::vector<std::string> evidence,
                const desk_context& context) {
  live_intent& intent = *state_.live;
  tried_before_ = {};
  schwab_execution event = execution_of(intent, execution_state::failed);
  event.code = code;
  event.detail = std::move(detail);
  event.retry_at = retry_at;
  event.evidence = std::move(evidence);
  emit(std::move(event));
  intent.order.reset();
  // An order that was never sent needs no memory; many such refusals must not push out orders that were sent.
  if (!never_left(code)) {
    ended_intent& ended = remember(intent, context.now);
    ended.absent = code == execution_code::absent;
    if (ended.absent && state_.watch_at.us == 0) state_.watch_at = context.now + policy_.watch_interval;
  }
  // Nothing was filled, so it says nothing of the baseline.
  const auto settled_at = state_.settled_at;
  settle(context);
  if (never_left(code)) state_.settled_at = settled_at;
}

void desk::settle(const desk_context& context) {
  state_.live.reset();
  state_.settled_at = context.now;
  step_.changed = true;
}

bool desk::add_fills(const schwab_execution& event, shares& filled, usd& notional) {
  // Cumulative and monotone: a smaller report is stale.
  if (event.filled <= filled) return false;
  const auto delta = event.filled.minus(filled);
  const auto total = delta ? state_.filled.plus(event.side == side::buy ? *delta : -*delta) : delta;
  if (!total) {
    alarm(desk_alarm_code::bad_record, event.execution, "filled shares out of range: ignored");
    return false;
  }
  state_.filled = *total;
  filled = event.filled;
  notional = event.filled_notional;
  step_.changed = true;
  return true;
}

desk_step desk::on_execution(const schwab_execution& event, const desk_context& context) {
  begin();
  const auto of_event = [&](const ended_intent& e) { return e.execution == event.execution; };
  const auto ended = std::find_if(state_.ended.rbegin(), state_.ended.rend(), of_event);
  if (event.execution.symbol != state_.symbol) {
    alarm(desk_alarm_code::bad_record, event.execution, "an execution of another symbol: ignored");
  } else if (const live_intent* intent = live_for(event.execution)) {
    if (event.side != intent->side) {
      alarm(desk_alarm_code::bad_record, event.execution, "an execution of the other side: ignored");
    } else if (event.order) {
      on_live_report(event, context);
    }
  } else if (ended != state_.ended.rend()) {
    on_ended_report(*ended, event, context);
  } else if (event.filled.sign() > 0 && !state_.live) {
    // Too old to be remembered: we do not know how much of it is booked, so a new baseline is needed.
    state_.baseline.reset();
    step_.changed = true;
  }
  return finish();
}

void desk::on_live_report(const schwab_execution& event, const desk_context& context) {
  live_intent& intent = *state_.live;
  const bool report = event.terminal() || event.state == execution_state::partially_filled;
  if (!report || (intent.phase == intent_phase::working && intent.order != event.order)) return;
  add_fills(event, intent.filled, intent.filled_notional);
  intent.order = event.order;
  claim(*event.order);
  if (!event.terminal()) return;
  (void)remember(intent, context.now);
  settle(context);
  start_next(context);
}

void desk::on_ended_report(ended_intent& ended, const schwab_execution& event, const desk_context& context) {
  if (event.side != ended.side || !event.order) return;
  if (add_fills(event, ended.filled, ended.filled_notional)) {
    alarm(desk_alarm_code::late_evidence, event.execution,
          event.execution.to_string() + " had ended and was filled after all: " + event.filled.to_string());
    // A baseline that was taken after the order may contain the fill already.
    const bool open = state_.live && state_.live->phase != intent_phase::waiting;
    if (!open && state_.baseline_at > ended.intent_at) state_.baseline.reset();
    // What was asked for meanwhile was meant to hedge the same shares. While its POST is under way, it is only noted.
    if (state_.live) state_.live->outdated = true;
    if (state_.live && !open) renew(event.execution.to_string() + " was filled late", context);
  }
  if (ended.late_order && event.terminal() && ended.order == event.order) {
    ended.late_order = false;
    ended.ended_at = context.now;
    step_.changed = true;
    if (state_.live && state_.live->phase == intent_phase::waiting && state_.live->next_at <= context.now)
      try_lease(context);
  }
  start_next(context);
}

desk_step desk::on_control(const control_event& event, const decision_mark& decision, const desk_context& context) {
  begin();
  if (!take_newer(state_.newest_decision, decision)) return finish();
  step_.changed = true;
  const bool about_an_order =
      event.action == control_action::adopt_order || event.action == control_action::declare_absent;
  if (about_an_order && state_.live && decision.recorded_at + policy_.clock_skew < state_.live->intent_at) {
    alarm(desk_alarm_code::control_refused, state_.live->execution,
          "decided by " + event.by + " at " + to_rfc3339(decision.recorded_at) + ", before this order was begun");
    return finish();
  }
  switch (event.action) {
    case control_action::halt:
    case control_action::resume: state_.halted = event.action == control_action::halt; break;
    case control_action::adopt_order: adopt_named(event, context); break;
    case control_action::declare_absent: declare_absent(event, context); break;
  }
  start_next(context);
  return finish();
}

bool desk::outcome_open() const {
  return state_.live && (state_.live->phase == intent_phase::unknown || state_.live->phase == intent_phase::held);
}

void desk::adopt_named(const control_event& event, const desk_context& context) {
  const auto order = order_id::parse(event.argument);
  const execution_id execution = state_.live ? state_.live->execution : execution_id{state_.symbol, 0};
  if (!order) return alarm(desk_alarm_code::control_refused, execution, "not an order id");
  if (!outcome_open()) return alarm(desk_alarm_code::control_refused, execution, "no outcome of this symbol is open");
  if (is_claimed(state_, *order))
    return alarm(desk_alarm_code::control_refused, execution, "order " + order->str() + " is another execution's");
  verify(*order, true, context);
}

void desk::declare_absent(const control_event& event, const desk_context& context) {
  const execution_id execution = state_.live ? state_.live->execution : execution_id{state_.symbol, 0};
  if (!event.argument.empty() && event.argument != execution.to_string())
    return alarm(desk_alarm_code::control_refused, execution, "decided about " + event.argument);
  if (state_.live && state_.live->phase == intent_phase::working) {
    // A decision about the order before this one must not close it: its rest would be ordered again beside it.
    if (event.argument.empty())
      return alarm(desk_alarm_code::control_refused, execution,
                   "an order works: say that it is meant, &execution_id=" + execution.to_string());
    return close_working(event, context);
  }
  if (!outcome_open()) return alarm(desk_alarm_code::control_refused, execution, "no outcome of this symbol is open");
  if (context.now < quiet_from(*state_.live))
    return alarm(desk_alarm_code::control_refused, execution,
                 "the request may still be under way until " + to_rfc3339(quiet_from(*state_.live)));
  state_.baseline.reset();
  conclude_absent("declared absent by " + event.by, {"declared by " + event.by + ": " + event.reason}, context);
}

/// A person's way out of an order whose end the broker does not report: the execution ends with what is booked. The
/// poller goes on, so that later fills are booked as late evidence.
void desk::close_working(const control_event& event, const desk_context& context) {
  live_intent& intent = *state_.live;
  schwab_execution closed = execution_of(intent, execution_state::failed);
  closed.code = execution_code::cancelled;
  closed.order = intent.order;
  closed.detail = "closed by " + event.by + " with " + intent.filled.to_string() + " of " +
                  std::to_string(intent.quantity) + " shares filled";
  closed.evidence = {"declared by " + event.by + ": " + event.reason};
  emit(std::move(closed));
  alarm(desk_alarm_code::absent, intent.execution,
        intent.execution.to_string() + ", order " + intent.order->str() + ", was closed by " + event.by +
            ": what it fills from now on is booked late");
  (void)remember(intent, context.now);
  // Fills of the order after we stop waiting for it would look like a foreign trade.
  state_.baseline.reset();
  settle(context);
}

}  // namespace hedgerow::domain
