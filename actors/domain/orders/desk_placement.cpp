// A placement's answer, and the check of the order id it names (order-protocol, 4 and 5).
#include <algorithm>
#include <limits>

#include "actors/domain/orders/desk.hpp"

namespace hedgerow::domain {

namespace {

/// The order's shares when they are a whole number of at least one.
std::optional<std::uint64_t> whole_quantity(const broker_order& order) {
  const auto whole = order.quantity.whole_abs();
  if (order.quantity.sign() <= 0 || whole > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  const auto count = whole.convert_to<std::int64_t>();
  if (order.quantity != shares::from_whole(count)) return std::nullopt;
  return static_cast<std::uint64_t>(count);
}

/// The answers after which it is certain that nothing was processed: the only ones after which the same intent may be
/// written again, under a new lease.
bool may_be_written_again(const broker_error& error) {
  return error.kind == broker_failure::not_sent || error.kind == broker_failure::throttled ||
         error.kind == broker_failure::unauthorized;
}

}  // namespace

desk_step desk::on_gate_refusal(const execution_id& execution, std::uint32_t attempt, const gate_refusal& refusal,
                                const desk_context& context) {
  begin();
  const live_intent* intent = live_for(execution);
  if (intent != nullptr && intent->phase == intent_phase::submitting && intent->attempts == attempt) {
    refused({refusal.code, refusal.retry_at, refusal.detail + " (found before the order was sent)", refusal.passing},
            context);
    start_next(context);
  }
  return finish();
}

desk_step desk::on_placement(const execution_id& execution, std::uint32_t attempt,
                             const broker_answer<placement>& answer, const desk_context& context) {
  begin();
  const live_intent* intent = live_for(execution);
  if (intent == nullptr) {
    // The intent ended without this answer. If it left an order behind, the list shows it: look now.
    const auto missed = std::any_of(state_.ended.begin(), state_.ended.end(),
                                    [&](const auto& e) { return e.execution == execution && watched(e, context.now); });
    if (missed && answer) ask_watch(context.now);
    return finish();
  }
  // Late answers are as good as timely ones while the outcome is open.
  const bool open = intent->phase == intent_phase::submitting || intent->phase == intent_phase::unknown ||
                    intent->phase == intent_phase::held;
  if (!open || intent->attempts != attempt) return finish();
  if (answer || !may_be_written_again(answer.error())) tried_before_ = {};
  if (answer) {
    placed(*answer, context);
  } else {
    not_placed(answer.error(), context);
  }
  start_next(context);
  return finish();
}

void desk::placed(const placement& placement, const desk_context& context) {
  if (placement.order) {
    verify(*placement.order, false, context);
  } else if (state_.live->phase == intent_phase::submitting) {
    become_unknown("the broker accepted the order but did not name it", context);
  }
}

void desk::not_placed(const broker_error& error, const desk_context& context) {
  if (may_be_written_again(error)) return retry_placement(error, context);
  switch (error.kind) {
    // On this path 404 is about the account: a plain no, like 400 and 403.
    case broker_failure::refused:
    case broker_failure::not_found: return fail(execution_code::broker_refused, error.detail, {}, {}, context);
    case broker_failure::not_sent:
    case broker_failure::throttled:
    case broker_failure::unauthorized:
    case broker_failure::server_error:
    case broker_failure::no_answer:
    case broker_failure::malformed: break;
  }
  if (state_.live->phase == intent_phase::submitting)
    become_unknown(std::string{to_string(error.kind)} + ": " + error.detail, context);
}

/// After one of the three answers that say for certain that nothing was processed. It is written again only while its
/// quantity is fresh, else asked for anew: limits of tries hold over the intents that follow each other so.
void desk::retry_placement(const broker_error& error, const desk_context& context) {
  live_intent& intent = *state_.live;
  const timestamp later = context.now + policy_.gate.recheck;
  if (error.kind == broker_failure::throttled) {
    ++intent.throttled;
    return wait_and_retry(std::max(error.retry_after, backoff(tried_before_.throttled + intent.throttled)), "throttled",
                          context);
  }
  if (error.kind == broker_failure::unauthorized) {
    // Refresh the token, then exactly one fresh try. A token that is refused a second time is soon replaced, too: the
    // tokens service refreshes within seconds, and without any token the gate sends nothing.
    if (tried_before_.unauthorized + ++intent.unauthorized >= 2)
      return fail(execution_code::no_token, "the access token is not accepted", context.now + policy_.backoff_last, {},
                  context);
    step_.effects.emplace_back(refresh_token{});
    return wait_and_retry(policy_.backoff_first, "the access token was not accepted", context);
  }
  const std::uint32_t counted = tried_before_.unsent + unsent(intent);
  if (counted >= policy_.max_attempts) {
    const bool over = context.now >= intent.not_after;
    if (over) return fail(execution_code::lease_expired, error.detail, later, {}, context);
    // Nothing reached the broker, so a further try costs it nothing, and what was away may be back at any moment.
    return fail(execution_code::not_sent, error.detail, context.now + policy_.backoff_last, {}, context);
  }
  wait_and_retry(backoff(counted), "not sent: " + error.detail, context);
}

void desk::verify(const order_id& order, bool named_by_person, const desk_context& context) {
  live_intent& intent = *state_.live;
  enter(intent, intent_phase::verifying, context.now);
  intent.order = order;
  intent.named_by_person = named_by_person;
  ask_order(context.now);
}

void desk::ask_order(timestamp now) {
  live_intent& intent = *state_.live;
  step_.changed = true;
  intent.next_at = now + policy_.http_grace;
  if (is_open(question::order, intent.execution, intent.phase_at)) return;
  ++intent.tries;
  ask(question::order, intent.execution, now, verify_order{intent.execution, *intent.order});
}

desk_step desk::on_order(const execution_id& execution, const order_id& order,
                         const broker_answer<broker_order>& answer, const desk_context& context) {
  begin();
  close(question::order, execution);
  live_intent* intent = live_for(execution);
  if (intent == nullptr || intent->phase != intent_phase::verifying || intent->order != order) return finish();
  if (answer) {
    verified(*answer, context);
  } else {
    not_verified(answer.error(), context);
  }
  return finish();
}

void desk::verified(const broker_order& order, const desk_context& context) {
  live_intent& intent = *state_.live;
  order_pattern pattern = pattern_of(intent, context.now);
  // A person may adopt an order of fewer shares: the execution ends with that quantity, and a new one hedges the rest.
  const auto whole = whole_quantity(order);
  const bool smaller = intent.named_by_person && whole && *whole <= intent.quantity;
  if (smaller) pattern.quantity = *whole;
  std::string wrong = differences(pattern, order);
  if (is_claimed(state_, order.id)) wrong = "it belongs to another execution";
  if (order.id != *intent.order) wrong = "the broker answered with order " + order.id.str();
  // Without an entry time the order may be an older one of the same size: only the list can decide.
  if (wrong.empty() && !order.entered_at) wrong = "it has no time of entry";
  if (wrong.empty() && intent.named_by_person) {
    intent.order_quantity = *whole == intent.quantity ? 0 : *whole;
    return working(order.id, "adopted by a person", {"order " + order.id.str() + " was named by a person"});
  }
  if (wrong.empty()) return working(order.id, "placed", {});
  alarm(intent.named_by_person ? desk_alarm_code::control_refused : desk_alarm_code::wrong_order, intent.execution,
        "order " + intent.order->str() + " is not the order of " + intent.execution.to_string() + ": " + wrong);
  become_unknown("the order that was named is another one: " + wrong, context);
}

void desk::not_verified(const broker_error& error, const desk_context& context) {
  live_intent& intent = *state_.live;
  // A look that was not made says nothing. A fresh id may be unknown for a while; the first 404 is no verdict
  // (facts, 5.6).
  const bool looked = error.kind != broker_failure::not_sent && error.kind != broker_failure::throttled;
  if (!looked || context.now - intent.phase_at < policy_.verify_window) {
    intent.next_at = context.now + std::max(backoff(intent.tries), error.retry_after);
    step_.changed = true;
    return;
  }
  if (intent.named_by_person)
    alarm(desk_alarm_code::control_refused, intent.execution, "order " + intent.order->str() + " cannot be looked at");
  become_unknown("the order that was named cannot be looked at: " + error.detail, context);
}

void desk::working(const order_id& order, std::string detail, std::vector<std::string> evidence) {
  live_intent& intent = *state_.live;
  if (intent.phase == intent_phase::held)
    alarm(desk_alarm_code::released, intent.execution, intent.execution.to_string() + " is order " + order.str());
  intent.phase = intent_phase::working;
  intent.next_at = {};
  intent.order = order;
  claim(order);
  schwab_execution event = execution_of(intent, execution_state::submitted);
  event.order = order;
  event.order_quantity = intent.order_quantity;
  event.detail = std::move(detail);
  event.evidence = std::move(evidence);
  emit(std::move(event));
}

}  // namespace hedgerow::domain
