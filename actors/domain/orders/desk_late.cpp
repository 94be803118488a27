// Late evidence wins (order-protocol, 7): orders of intents that were declared absent are looked for a while longer.
#include <algorithm>

#include "actors/domain/orders/desk.hpp"

namespace hedgerow::domain {

order_pattern desk::pattern_of(const ended_intent& ended) const {
  return {state_.symbol, ended.side, ended.quantity, ended.intent_at - policy_.clock_skew,
          ended.ended_at + policy_.watch_window};
}

bool desk::watched(const ended_intent& ended, timestamp now) const {
  return ended.absent && now - ended.ended_at <= policy_.watch_window;
}

void desk::renew_watch(timestamp now) {
  for (auto& ended : state_.ended)
    if (watched(ended, now) && ended.side == state_.live->side && ended.quantity == state_.live->quantity)
      ended.ended_at = now;
}

bool desk::late_fill_possible(timestamp now) const {
  return std::any_of(state_.ended.begin(), state_.ended.end(), [&](const ended_intent& e) {
    return e.order && e.filled < shares::from_whole(static_cast<std::int64_t>(e.quantity)) &&
           now - e.ended_at <= policy_.late_fill_window;
  });
}

bool desk::late_order_working() const {
  return std::any_of(state_.ended.begin(), state_.ended.end(), [](const ended_intent& e) { return e.late_order; });
}

void desk::ask_watch(timestamp now) {
  step_.changed = true;
  const ended_intent* first = nullptr;
  for (auto& ended : state_.ended) {
    if (ended.absent && !watched(ended, now)) ended.absent = false;
    if (ended.absent && (first == nullptr || ended.intent_at < first->intent_at)) first = &ended;
  }
  state_.watch_at = first == nullptr ? timestamp{} : now + policy_.watch_interval;
  if (first == nullptr || is_open(question::list, first->execution, first->intent_at)) return;
  ask(question::list, first->execution, now,
      list_evidence{first->execution, now, first->intent_at - policy_.clock_skew, now + policy_.clock_skew});
}

void desk::find_late_orders(list orders, const desk_context& context) {
  const bool undecided = state_.live && state_.live->intent_at.us != 0 && state_.live->phase != intent_phase::waiting &&
                         state_.live->phase != intent_phase::working;
  for (auto& ended : state_.ended) {
    if (!watched(ended, context.now)) continue;
    for (const auto& order : candidates(state_, pattern_of(ended), orders)) {
      // What the live intent may claim is not given away.
      if (undecided && matches(pattern_of(*state_.live, context.now), order)) continue;
      found_late(ended, order);
      break;
    }
  }
}

/// The poller takes it from here, as for any order: its fills are booked when the broker prices them.
void desk::found_late(ended_intent& ended, const broker_order& order) {
  ended.absent = false;
  ended.late_order = true;
  ended.order = order.id;
  claim(order.id);
  schwab_execution event;
  event.execution = ended.execution;
  event.side = ended.side;
  event.quantity = ended.quantity;
  event.state = execution_state::submitted;
  event.code = execution_code::absent;
  event.order = order.id;
  event.filled = ended.filled;
  event.filled_notional = ended.filled_notional;
  event.detail = "found after it had been declared absent";
  const std::string entered = order.entered_at ? " entered at " + to_rfc3339(*order.entered_at) : "";
  event.evidence = {"order " + order.id.str() + entered};
  emit(std::move(event));
  alarm(desk_alarm_code::late_evidence, ended.execution,
        ended.execution.to_string() + " had been declared absent and is order " + order.id.str());
}

}  // namespace hedgerow::domain
