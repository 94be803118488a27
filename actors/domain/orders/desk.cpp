#include "actors/domain/orders/desk.hpp"

#include <algorithm>

namespace hedgerow::domain {

std::string_view to_string(desk_alarm_code code) {
  switch (code) {
    case desk_alarm_code::held: return "held";
    case desk_alarm_code::released: return "released";
    case desk_alarm_code::absent: return "absent";
    case desk_alarm_code::late_evidence: return "late_evidence";
    case desk_alarm_code::wrong_order: return "wrong_order";
    case desk_alarm_code::baseline_failed: return "baseline_failed";
    case desk_alarm_code::control_refused: return "control_refused";
    case desk_alarm_code::unresolved: return "unresolved";
    case desk_alarm_code::bad_record: return "bad_record";
  }
  return "unknown";
}

std::string desk_event_id(const symbol& name, std::uint64_t number) {
  return "desk:" + name.str() + ":" + std::to_string(number);
}

desk::desk(execution_desk state, desk_policy policy) : state_{std::move(state)}, policy_{policy} {}

desk_step desk::finish() {
  const auto earlier = [this](timestamp at) {
    if (at.us != 0 && (!step_.wake_at || at < *step_.wake_at)) step_.wake_at = at;
  };
  if (state_.live) earlier(state_.live->next_at);
  if (state_.live && state_.live->phase == intent_phase::waiting) earlier(gate_look_);
  earlier(state_.watch_at);
  step_.first_event = state_.events;
  state_.events += step_.events.size();
  if (!step_.events.empty() || !step_.effects.empty()) step_.changed = true;
  return std::move(step_);
}

live_intent* desk::live_for(const execution_id& execution) {
  return state_.live && state_.live->execution == execution ? &*state_.live : nullptr;
}

schwab_execution desk::execution_of(const live_intent& intent, execution_state state) const {
  schwab_execution event;
  event.execution = intent.execution;
  event.side = intent.side;
  event.quantity = intent.quantity;
  event.state = state;
  event.filled = intent.filled;
  event.filled_notional = intent.filled_notional;
  event.filled_before = intent.filled_before;
  return event;
}

void desk::emit(schwab_execution event) { step_.events.push_back(std::move(event)); }

void desk::alarm(desk_alarm_code code, const execution_id& execution, std::string text) {
  step_.alarms.push_back({code, execution, std::move(text)});
}

void desk::enter(live_intent& intent, intent_phase phase, timestamp now) {
  intent.phase = phase;
  intent.phase_at = now;
  intent.next_at = {};
  intent.tries = 0;
  intent.empty_lists = 0;
  intent.unclear_lists = 0;
  intent.first_empty_at = intent.last_empty_at = {};
  intent.moved_rounds = 0;
  step_.changed = true;
}

std::chrono::milliseconds desk::backoff(std::uint32_t tries) const {
  auto delay = policy_.backoff_first;
  for (std::uint32_t i = 1; i < tries && delay < policy_.backoff_last; ++i) delay *= 2;
  return std::min(delay, policy_.backoff_last);
}

bool desk::due(timestamp at, timestamp now) const {
  return at.us != 0 && (at <= now || at - now > policy_.longest_wait);
}

bool desk::is_open(question what, const execution_id& by, timestamp since) const {
  return std::any_of(open_.begin(), open_.end(),
                     [&](const asked& q) { return q.what == what && q.by == by && q.at >= since; });
}

void desk::ask(question what, const execution_id& by, timestamp now, desk_effect effect) {
  open_.push_back({what, by, now});
  step_.effects.push_back(std::move(effect));
}

void desk::close(question what, const execution_id& by) {
  const auto found =
      std::find_if(open_.begin(), open_.end(), [&](const asked& q) { return q.what == what && q.by == by; });
  if (found != open_.end()) open_.erase(found);
}

desk_step desk::on_recovery(const desk_context& context) {
  begin();
  if (!state_.live) {
    start_next(context);
    return finish();
  }
  live_intent& intent = *state_.live;
  switch (intent.phase) {
    case intent_phase::waiting:
      // A question about the baseline may have been lost.
      if (intent.next_at.us == 0 || due(intent.next_at, context.now) || intent.tries > 0 || intent.gate_wait.us != 0)
        try_lease(context);
      break;
    // The POST may have left before the end of the former life: it is never written again.
    case intent_phase::submitting: become_unknown("the owner ended before the broker's answer came", context); break;
    case intent_phase::verifying: ask_order(context.now); break;
    case intent_phase::unknown:
    case intent_phase::held: ask_list(context.now); break;
    case intent_phase::working: break;
  }
  start_next(context);
  return finish();
}

desk_step desk::on_timer(const desk_context& context) {
  begin();
  const bool at_gate = state_.live && state_.live->phase == intent_phase::waiting && due(gate_look_, context.now);
  if (at_gate || (state_.live && due(state_.live->next_at, context.now))) {
    switch (state_.live->phase) {
      case intent_phase::waiting: try_lease(context); break;
      case intent_phase::submitting: become_unknown("no answer came", context); break;
      case intent_phase::verifying: ask_order(context.now); break;
      case intent_phase::unknown:
      case intent_phase::held:
        absence_shown(*state_.live) ? ask_position(context.now) : ask_list(context.now);
        alarm_unresolved(context.now);
        break;
      case intent_phase::working: break;
    }
  }
  start_next(context);
  if (due(state_.watch_at, context.now)) ask_watch(context.now);
  return finish();
}

}  // namespace hedgerow::domain
