// Unknown outcomes are resolved from evidence: the order list of the window and the position (order-protocol, 6).
#include <algorithm>

#include "actors/domain/orders/desk.hpp"

namespace hedgerow::domain {

using std::chrono::milliseconds;

order_pattern desk::pattern_of(const live_intent& intent, timestamp now) const {
  return {state_.symbol, intent.side, intent.quantity, intent.intent_at - policy_.clock_skew, now + policy_.clock_skew};
}

timestamp desk::quiet_from(const live_intent& intent) const {
  return intent.not_after + policy_.http_grace + policy_.clock_skew;
}

void desk::become_unknown(const std::string& why, const desk_context& context) {
  live_intent& intent = *state_.live;
  enter(intent, intent_phase::unknown, context.now);
  last_obstacle_.clear();
  intent.order.reset();
  intent.named_by_person = false;
  schwab_execution event = execution_of(intent, execution_state::unknown);
  event.code = execution_code::outcome_unknown;
  event.not_after = intent.not_after;
  event.detail = why;
  emit(std::move(event));
  ask_list(context.now);
}

void desk::hold(const std::string& why, std::vector<std::string> evidence, const desk_context& context) {
  live_intent& intent = *state_.live;
  if (intent.phase == intent_phase::held) return;
  enter(intent, intent_phase::held, context.now);
  intent.next_at = context.now + policy_.held_interval;
  schwab_execution event = execution_of(intent, execution_state::held);
  event.code = execution_code::ambiguous;
  event.detail = why;
  event.evidence = std::move(evidence);
  emit(std::move(event));
  alarm(desk_alarm_code::held, intent.execution, intent.execution.to_string() + " is held: " + why);
}

void desk::ask_list(timestamp now) {
  live_intent& intent = *state_.live;
  step_.changed = true;
  intent.next_at = now + (intent.phase == intent_phase::held ? policy_.held_interval : policy_.list_interval());
  if (is_open(question::list, intent.execution, intent.phase_at)) return;
  ++intent.tries;
  // Quick at first, since an order is mostly there at once; absence takes its time anyway.
  if (intent.phase != intent_phase::held && now < quiet_from(intent))
    intent.next_at = now + std::min(policy_.list_interval(), backoff(intent.tries));
  const order_pattern pattern = pattern_of(intent, now);
  timestamp from = pattern.from;
  // An order of an absent intent that turned up would explain a position that moved: look for those at once, too.
  for (const auto& ended : state_.ended)
    if (watched(ended, now)) from = std::min(from, pattern_of(ended).from);
  ask(question::list, intent.execution, now, list_evidence{intent.execution, now, from, pattern.to});
}

void desk::ask_position(timestamp now) {
  live_intent& intent = *state_.live;
  step_.changed = true;
  intent.next_at = now + policy_.list_interval();
  if (is_open(question::position, intent.execution, intent.phase_at)) return;
  ++intent.tries;
  ask(question::position, intent.execution, now, fetch_position{intent.execution, now});
}

/// Repeats the alarm while an outcome stays open, for any reason: without it no person would look.
void desk::alarm_unresolved(timestamp now) {
  const live_intent& intent = *state_.live;
  const auto quiet_since = std::max(intent.phase_at, unresolved_told_);
  if (intent.phase != intent_phase::unknown || now - quiet_since < policy_.unresolved_alarm) return;
  unresolved_told_ = now;
  alarm(desk_alarm_code::unresolved, intent.execution,
        intent.execution.to_string() + " has been unknown since " + to_rfc3339(intent.phase_at) + ": " +
            (last_obstacle_.empty() ? std::string{"no evidence decides it"} : last_obstacle_));
}

desk_step desk::on_evidence(const execution_id& execution, timestamp asked_at, const broker_answer<order_list>& answer,
                            const desk_context& context) {
  begin();
  close(question::list, execution);
  live_intent* intent = live_for(execution);
  const bool open = intent != nullptr && outcome_open();
  if (!answer) {
    // next_at stays, unless the broker asks for a longer pause.
    if (open) {
      last_obstacle_ = "the order list cannot be read: " + answer.error().detail;
      intent->next_at = std::max(intent->next_at, context.now + answer.error().retry_after);
      step_.changed = true;
    }
    return finish();
  }
  if (open && asked_at >= intent->intent_at) {
    const auto* unclear = unreadable_of(state_, answer->unreadable);
    unclear == nullptr ? evaluate(asked_at, answer->orders, context) : unclear_list(asked_at, *unclear, context);
  }
  find_late_orders(answer->orders, context);
  start_next(context);
  return finish();
}

/// Several candidates are decided if only one was entered while our request could be under way, or if each of the
/// others has an owner among the intents that ended without an order: they are alike, so which is whose makes no
/// difference.
std::optional<broker_order> desk::best_of(const std::vector<broker_order>& found) const {
  const live_intent& intent = *state_.live;
  if (found.size() == 1) return found.front();
  const timestamp from = intent.leased_at - policy_.clock_skew;
  const auto in_lease = [&](const broker_order& o) {
    return o.entered_at && from <= *o.entered_at && *o.entered_at <= quiet_from(intent);
  };
  if (std::all_of(found.begin(), found.end(), [](const auto& o) { return o.entered_at.has_value(); }) &&
      std::count_if(found.begin(), found.end(), in_lease) == 1)
    return *std::find_if(found.begin(), found.end(), in_lease);
  const auto owners = std::count_if(state_.ended.begin(), state_.ended.end(), [&](const ended_intent& e) {
    return e.absent && e.side == intent.side && e.quantity == intent.quantity && matches(pattern_of(e), found.front());
  });
  if (found.size() <= static_cast<std::size_t>(owners) + 1) return found.back();
  return std::nullopt;
}

void desk::evaluate(timestamp asked_at, list orders, const desk_context& context) {
  const live_intent& intent = *state_.live;
  const auto found = candidates(state_, pattern_of(intent, context.now), orders);
  if (found.empty()) return no_candidate(asked_at, context);
  const std::string window =
      "[" + to_rfc3339(intent.intent_at - policy_.clock_skew) + ", " + to_rfc3339(asked_at) + "]";
  if (const auto order = best_of(found)) {
    renew_watch(context.now);
    const std::string entered = order->entered_at ? " entered at " + to_rfc3339(*order->entered_at) : "";
    return working(order->id, "found in the order list",
                   {"order " + order->id.str() + entered,
                    std::to_string(found.size()) + " of " + std::to_string(orders.size()) + " orders listed, in " +
                        window + " agree in symbol, side, quantity and type and belong to no other execution"});
  }
  std::vector<std::string> evidence{std::to_string(found.size()) + " candidates in " + window};
  for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 8); ++i)
    evidence.push_back("order " + found[i].id.str() + " " + found[i].status_text);
  hold("several orders can be the one that was placed", std::move(evidence), context);
}

/// An order of this symbol, or of any, that cannot be read may be ours: such a list shows neither absence nor which one
/// it is. Like absence it has to show itself in several lists; then a person has to look.
void desk::unclear_list(timestamp asked_at, const unreadable_order& order, const desk_context& context) {
  live_intent& intent = *state_.live;
  const std::string which = (order.id ? "order " + order.id->str() : std::string{"an order without an id"}) +
                            (order.symbol ? " of " + order.symbol->str() : std::string{" of an unknown symbol"});
  last_obstacle_ = which + " cannot be read: " + order.why;
  if (intent.phase == intent_phase::held || asked_at < quiet_from(intent) || asked_at <= intent.last_empty_at) return;
  step_.changed = true;
  intent.empty_lists = 0;
  intent.last_empty_at = asked_at;
  if (intent.unclear_lists++ == 0) intent.first_empty_at = asked_at;
  if (intent.unclear_lists < policy_.evidence_lists || asked_at - intent.first_empty_at < policy_.evidence_spread)
    return;
  hold("an order in the list cannot be read and may be the one that was placed", {last_obstacle_}, context);
}

void desk::no_candidate(timestamp asked_at, const desk_context& context) {
  live_intent& intent = *state_.live;
  // An empty list proves nothing while a request of ours can be under way, or if the same answer was seen before.
  if (asked_at < quiet_from(intent) || asked_at <= intent.last_empty_at) return;
  step_.changed = true;
  intent.unclear_lists = 0;
  if (intent.empty_lists++ == 0) intent.first_empty_at = asked_at;
  intent.last_empty_at = asked_at;
  if (absence_shown(intent)) ask_position(context.now);
}

bool desk::absence_shown(const live_intent& intent) const {
  return intent.empty_lists >= policy_.evidence_lists &&
         intent.last_empty_at - intent.first_empty_at >= policy_.evidence_spread;
}

desk_step desk::on_position(const execution_id& execution, timestamp asked_at, const broker_answer<shares>& answer,
                            const desk_context& context) {
  begin();
  close(question::position, execution);
  live_intent* intent = live_for(execution);
  const bool open = intent != nullptr && outcome_open();
  if (open && !answer) last_obstacle_ = "the position cannot be read: " + answer.error().detail;
  if (open && answer && late_order_working()) last_obstacle_ = "an order that turned up late still works";
  // The position has to be younger than the lists; fills of a late order that is not booked yet would blur it.
  if (!open || !answer || !absence_shown(*intent) || asked_at < intent->last_empty_at || late_order_working())
    return finish();
  const auto expected_position = state_.baseline ? state_.baseline->plus(state_.filled)
                                                 : expected<shares, amount_error>{unexpected(amount_error::overflow)};
  std::vector<std::string> evidence{
      std::to_string(intent->empty_lists) + " order lists between " + to_rfc3339(intent->first_empty_at) + " and " +
          to_rfc3339(intent->last_empty_at) + " without a candidate; no request under way since " +
          to_rfc3339(quiet_from(*intent)),
      "position " + answer->to_string() + ", expected " +
          (expected_position ? expected_position->to_string() : std::string{"unknown"})};
  if (expected_position && *expected_position == *answer) {
    conclude_absent("the broker never had the order", std::move(evidence), context);
  } else {
    // An order that explains it may still show up in the list: look for another round before asking a person.
    const std::uint32_t rounds = intent->moved_rounds + (late_fill_possible(context.now) ? 0 : 1);
    intent->empty_lists = 0;
    intent->first_empty_at = {};
    intent->moved_rounds = rounds;
    step_.changed = true;
    if (rounds >= policy_.moved_rounds) hold("the position moved without an order", std::move(evidence), context);
  }
  start_next(context);
  return finish();
}

void desk::conclude_absent(const std::string& why, std::vector<std::string> evidence, const desk_context& context) {
  const live_intent intent = *state_.live;
  if (intent.phase == intent_phase::held)
    alarm(desk_alarm_code::released, intent.execution, intent.execution.to_string() + " is absent after all");
  alarm(desk_alarm_code::absent, intent.execution, intent.execution.to_string() + " never reached the broker: " + why);
  fail(execution_code::absent, why, {}, std::move(evidence), context);
}

}  // namespace hedgerow::domain
