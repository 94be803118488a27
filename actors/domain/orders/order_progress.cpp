#include "actors/domain/orders/order_progress.hpp"

namespace hedgerow::domain {
namespace {

void alarm(progress_step& step, progress_alarm_code code, const std::string& text) {
  const pending_order& o = step.after;
  step.alarms.push_back({code, o.execution.to_string() + ", order " + o.order.str() + ": " + text});
}

bool ended(const pending_order& order) { return order.ended_at.us != 0; }

/// Whether the answer is about this order and makes sense at all.
bool credible(progress_step& step, const broker_order& order) {
  const pending_order& mine = step.after;
  if (order.id != mine.order || order.symbol != mine.execution.symbol || order.side != mine.side) {
    alarm(step, progress_alarm_code::wrong_order, "the answer is about another order");
    return false;
  }
  if (order.filled.sign() < 0 || order.priced.sign() < 0 || order.filled_notional.sign() < 0) {
    alarm(step, progress_alarm_code::impossible, "a negative quantity or price");
    return false;
  }
  return true;
}

/// Books a larger cumulative quantity. False if priced legs do not cover it; then the answer must not be used.
bool book_fill(progress_step& step, const broker_order& order) {
  pending_order& mine = step.after;
  if (order.filled <= mine.filled) return true;
  if (order.priced != order.filled) {
    alarm(step, progress_alarm_code::unpriced_fill,
          "filled " + order.filled.to_string() + ", of which the legs cover " + order.priced.to_string());
    return false;
  }
  const shares wanted = shares::from_whole(static_cast<std::int64_t>(mine.expected_quantity()));
  if (order.filled > wanted && mine.filled <= wanted)
    alarm(step, progress_alarm_code::over_fill, "filled " + order.filled.to_string());
  if (ended(mine)) alarm(step, progress_alarm_code::late_fill, "filled " + order.filled.to_string() + " after its end");
  mine.filled = order.filled;
  mine.filled_notional = order.filled_notional;
  step.changed = true;
  return true;
}

void emit(progress_step& step, const std::string& detail) {
  pending_order& mine = step.after;
  schwab_execution event;
  event.execution = mine.execution;
  event.side = mine.side;
  event.quantity = mine.quantity;
  event.state = mine.state;
  event.code = mine.code;
  event.order = mine.order;
  event.filled = mine.filled;
  event.filled_notional = mine.filled_notional;
  event.detail = detail;
  step.event = std::move(event);
  ++mine.events;
  step.changed = true;
}

execution_code code_of(order_status status) {
  switch (status) {
    case order_status::rejected: return execution_code::rejected;
    case order_status::expired: return execution_code::expired;
    case order_status::cancelled: return execution_code::cancelled;
    case order_status::working:
    case order_status::filled: break;
  }
  return execution_code::none;
}

/// One more look after the end: is there anything left to wait for?
void after_end(progress_step& step, bool grew, const progress_policy& policy, timestamp now) {
  pending_order& mine = step.after;
  if (grew) emit(step, "filled after its end");
  const bool complete = mine.filled >= shares::from_whole(static_cast<std::int64_t>(mine.expected_quantity()));
  const auto passed = now - mine.ended_at;
  step.finished =
      complete || passed >= policy.late_window || (mine.polls >= policy.late_looks && passed >= policy.late_least);
}

void end(progress_step& step, const broker_order& order, timestamp now) {
  pending_order& mine = step.after;
  const bool complete = mine.filled >= shares::from_whole(static_cast<std::int64_t>(mine.expected_quantity()));
  if (order.status == order_status::filled && !complete)
    return alarm(step, progress_alarm_code::filled_short,
                 "said to be filled, but with " + mine.filled.to_string() + " shares");
  // An order that was cancelled when it had filled completely is filled.
  mine.state = complete ? execution_state::filled : execution_state::failed;
  mine.code = complete ? execution_code::none : code_of(order.status);
  mine.ended_at = now;
  mine.polls = 0;
  const std::string why = order.description.empty() ? "" : ": " + order.description;
  emit(step, complete ? std::string{} : order.status_text + why);
  step.finished = complete;
}

}  // namespace

std::string_view to_string(progress_alarm_code code) {
  constexpr std::string_view names[] = {"wrong_order",    "unpriced_fill", "impossible", "filled_short", "over_fill",
                                        "unknown_status", "late_fill",     "unreadable", "not_found"};
  return names[static_cast<std::size_t>(code)];
}

std::optional<pending_order> watch_of(const schwab_execution& submitted, timestamp now, std::string cause) {
  if (submitted.state != execution_state::submitted || !submitted.order) return std::nullopt;
  pending_order order;
  order.execution = submitted.execution;
  order.side = submitted.side;
  order.quantity = submitted.quantity;
  order.order_quantity = submitted.order_quantity;
  order.order = *submitted.order;
  order.submitted_at = now;
  order.cause = std::move(cause);
  order.filled = submitted.filled;
  order.filled_notional = submitted.filled_notional;
  return order;
}

progress_step on_look(const pending_order& before, const broker_order& order, const progress_policy& policy,
                      timestamp now) {
  progress_step step;
  step.after = before;
  pending_order& mine = step.after;
  ++mine.polls;
  mine.errors = 0;
  if (!credible(step, order)) return step;
  if (!order.status_known && mine.unknown_statuses++ % policy.alarm_every == 0)
    alarm(step, progress_alarm_code::unknown_status, "status " + order.status_text);
  const bool priced = book_fill(step, order);
  const bool grew = before.filled < mine.filled;
  if (ended(before)) {
    after_end(step, grew, policy, now);
  } else if (priced && order.status_known && order.status != order_status::working) {
    end(step, order, now);
  }
  // Progress, also when the end is not believed yet.
  if (grew && !step.event) {
    mine.state = execution_state::partially_filled;
    emit(step, order.status_text);
  }
  if (step.event)
    step.happened_at = ended(mine) && !ended(before) && order.closed_at ? order.closed_at : order.last_fill_at;
  return step;
}

progress_step on_look_failed(const pending_order& before, const broker_error& error, const progress_policy& policy,
                             timestamp now) {
  progress_step step;
  step.after = before;
  pending_order& mine = step.after;
  // A 429 says nothing about the order and is no error.
  if (error.kind != broker_failure::throttled) ++mine.errors;
  if (error.kind == broker_failure::not_found && mine.errors % policy.alarm_every == 0)
    alarm(step, progress_alarm_code::not_found, "not known to the broker, " + std::to_string(mine.errors) + " times");
  if (error.kind == broker_failure::malformed && mine.errors % policy.alarm_every == 0)
    alarm(step, progress_alarm_code::unreadable,
          "cannot be read, " + std::to_string(mine.errors) + " times: " + error.detail);
  step.finished = ended(mine) && now - mine.ended_at >= policy.late_window;
  return step;
}

std::string progress_cause(const pending_order& before) {
  return before.events == 0 ? before.cause : progress_event_id(before);
}

std::string progress_event_id(const pending_order& after) {
  return "order:" + after.execution.to_string() + ":" + after.order.str() + ":" + std::to_string(after.events);
}

}  // namespace hedgerow::domain
