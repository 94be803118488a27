#include "actors/domain/positions/position.hpp"

#include <algorithm>
#include <limits>

#include "actors/domain/resilience/backoff.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::domain {
namespace {

using tracked_list = std::vector<tracked_execution>;

shares signed_effect(side s, const shares& quantity) { return s == side::buy ? quantity : -quantity; }

shares whole_shares(std::uint64_t quantity) { return shares::from_units(int256{quantity} * amount_unit()); }

/// What a live execution still has to fill. An over-fill leaves nothing: the excess is exposure of its own.
shares remaining(const tracked_execution& e) {
  const shares asked = whole_shares(e.quantity);
  if (e.filled.is_zero()) return asked;
  return asked > e.filled ? *asked.minus(e.filled) : shares{};
}

bool sums_fit(const shares& onchain, const shares& hedged, const shares& reserved) {
  const auto exposure = onchain.plus(hedged);
  return exposure && exposure->plus(reserved);
}

tracked_list::iterator find(tracked_list& list, std::uint64_t sequence) {
  return std::find_if(list.begin(), list.end(),
                      [&](const tracked_execution& e) { return e.execution.sequence == sequence; });
}

bool completely_filled(const tracked_execution& e) { return remaining(e).is_zero(); }

/// Whether the failure proves that the broker never had the order: no fill of it can come late.
bool never_sent(const schwab_execution& e) {
  return never_left(e.code) && e.state == execution_state::failed && e.filled.is_zero();
}

/// Moves `ended` to the remembered ones and forgets the oldest that are too many.
void remember(tracked_list& closed, tracked_execution ended) {
  closed.push_back(std::move(ended));
  const auto complete = std::count_if(closed.begin(), closed.end(), completely_filled);
  if (complete > static_cast<std::ptrdiff_t>(closed_filled_limit))
    closed.erase(std::find_if(closed.begin(), closed.end(), completely_filled));
  if (closed.size() > closed_limit) closed.erase(closed.begin());
}

bool may_emit_at_some_time(const position_update& s, const hedging_policy& policy, const shares& available) {
  return !s.frozen && policy.max_order_shares > 0 && !(policy.one_in_flight && !s.live.empty()) &&
         available.abs().units() >= amount_unit();
}

/// Makes the command that is due and reserves its shares.
std::optional<schwab_command> emit(position_update& s, const hedging_policy& policy, timestamp now) {
  const shares exposure = s.exposure();
  const shares available = *exposure.plus(s.reserved);
  if (now < s.retry_at || !may_emit_at_some_time(s, policy, available)) return std::nullopt;

  constexpr std::uint64_t broker_limit = std::numeric_limits<std::uint32_t>::max();
  const std::uint64_t limit = std::min(policy.max_order_shares, broker_limit);
  const int256 whole = available.whole_abs();
  const std::uint64_t quantity = whole > limit ? limit : static_cast<std::uint64_t>(whole);

  const side hedge = available.sign() > 0 ? side::sell : side::buy;
  schwab_command command{{s.symbol, s.next_execution++}, hedge, quantity, exposure};
  s.live.push_back({command.execution, command.side, quantity, shares{}});
  // Cannot overflow: it takes `available` nearer to zero, and exposure + reserved fitted before.
  s.reserved = s.reserved.plus(signed_effect(command.side, whole_shares(quantity))).value();
  s.retry_at = {};
  return command;
}

/// The end of every booking.
position_decision& finish(position_decision& decision, const hedging_policy& policy, timestamp now) {
  decision.command = emit(decision.after, policy, now);
  decision.changed = true;
  const std::string wrong = check_invariants(decision.after);
  HEDGEROW_CHECK(wrong.empty(), wrong.c_str());
  return decision;
}

bool says_when_to_retry(const schwab_execution& e) {
  switch (e.code) {
    case execution_code::market_closed:
    case execution_code::no_token:
    case execution_code::halted:
    case execution_code::lease_expired:
    case execution_code::throttled: return true;
    case execution_code::not_sent:
    case execution_code::risk_limit: return e.retry_at != timestamp{};
    default: return false;
  }
}

std::chrono::hours longest_wait(execution_code code) {
  return code == execution_code::market_closed ? longest_closed_wait : longest_retry_wait;
}

void alarm(position_decision& decision, position_alarm_code code, const execution_id& id, const std::string& text) {
  decision.alarms.push_back({code, id.to_string() + ": " + text});
}

void apply_failure(position_decision& decision, const schwab_execution& e, const hedging_policy& policy,
                   timestamp now) {
  position_update& s = decision.after;
  const auto asked_for = std::min(e.retry_at, now + longest_wait(e.code));
  if (says_when_to_retry(e)) {
    s.retry_at = std::max(s.retry_at, e.retry_at != timestamp{} ? asked_for : now + policy.failure_backoff_max);
    return;
  }
  if (s.failure_streak < std::numeric_limits<std::uint32_t>::max()) ++s.failure_streak;
  const auto wait = backoff_ceiling(policy.failure_backoff, policy.failure_backoff_max, s.failure_streak);
  s.retry_at = std::max({s.retry_at, now + wait, asked_for});
  if (policy.freeze_after_failures == 0 || s.failure_streak < policy.freeze_after_failures || s.frozen) return;
  s.frozen = true;
  alarm(decision, position_alarm_code::too_many_failures, e.execution,
        std::to_string(s.failure_streak) + " failures in a row; the symbol is frozen until a person resumes it");
}

/// Moves newly filled shares from `reserved` to `hedged`. False when the sums would not fit.
bool book_fill(position_update& s, tracked_execution& tracked, const shares& filled, bool live) {
  const shares gained = *filled.minus(tracked.filled);
  const shares still_before = live ? remaining(tracked) : shares{};
  tracked_execution grown{tracked.execution, tracked.side, tracked.quantity, filled};
  const shares released = live ? *still_before.minus(remaining(grown)) : shares{};
  const auto hedged = s.hedged.plus(signed_effect(tracked.side, gained));
  const auto reserved = s.reserved.minus(signed_effect(tracked.side, released));
  if (!hedged || !reserved || !sums_fit(s.onchain, *hedged, *reserved)) return false;
  s.hedged = *hedged;
  s.reserved = *reserved;
  tracked.filled = filled;
  return true;
}

void fill_alarms(position_decision& decision, const tracked_execution& tracked, const shares& before, bool live) {
  const shares asked = whole_shares(tracked.quantity);
  const std::string total = tracked.filled.to_string() + " of " + std::to_string(tracked.quantity) + " shares";
  if (!live) alarm(decision, position_alarm_code::late_fill, tracked.execution, "filled after its end: now " + total);
  if (tracked.filled > asked && tracked.filled > before)
    alarm(decision, position_alarm_code::over_fill, tracked.execution, "filled " + total);
}

/// Takes an execution out of the live ones and gives back what it did not fill. False when the sums would not fit.
bool close(position_decision& decision, tracked_list::iterator at, const schwab_execution& e) {
  position_update& s = decision.after;
  const auto reserved = s.reserved.minus(signed_effect(at->side, remaining(*at)));
  if (!reserved || !sums_fit(s.onchain, s.hedged, *reserved)) return false;
  s.reserved = *reserved;
  if (e.filled < at->filled)
    alarm(decision, position_alarm_code::fill_went_back, at->execution,
          "ended with " + e.filled.to_string() + " shares filled, but " + at->filled.to_string() +
              " were reported before");
  if (e.state == execution_state::filled && !completely_filled(*at))
    alarm(decision, position_alarm_code::filled_short, at->execution,
          "FILLED with " + at->filled.to_string() + " of " + std::to_string(at->quantity) +
              " shares; the rest is released");
  tracked_execution ended = std::move(*at);
  s.live.erase(at);
  // Refusals come by the dozen while a market is closed. They must not push out an execution that can still fill.
  if (!ended.filled.is_zero() || !never_sent(e)) remember(s.closed, std::move(ended));
  return true;
}

/// What is wrong with the report, either in itself or compared with the command.
std::optional<position_fault> fault_of(const schwab_execution& e, const tracked_execution& tracked) {
  if (e.filled.sign() < 0 || e.side != tracked.side || e.quantity != tracked.quantity)
    return position_fault::invalid_execution;
  return std::nullopt;
}

/// A report on an execution that ended: only more filled shares are news.
expected<position_decision, position_fault> book_closed(const position_update& before, const schwab_execution& e,
                                                        const hedging_policy& policy, timestamp now,
                                                        std::string cause) {
  position_decision decision{before, std::nullopt, {}, false};
  const auto at = find(decision.after.closed, e.execution.sequence);
  if (at == decision.after.closed.end()) {
    // Nothing is filled, so there is nothing to book, whether it is remembered or not.
    if (e.filled.is_zero()) return decision;
    return unexpected(position_fault::too_old);
  }
  if (const auto fault = fault_of(e, *at)) return unexpected(*fault);
  if (e.filled <= at->filled) return decision;
  const shares filled_before = at->filled;
  if (!book_fill(decision.after, *at, e.filled, false)) return unexpected(position_fault::overflow);
  fill_alarms(decision, *at, filled_before, false);
  decision.after.cause = std::move(cause);
  return std::move(finish(decision, policy, now));
}

}  // namespace

position_update empty_position(symbol name) {
  position_update state;
  state.symbol = std::move(name);
  return state;
}

expected<position_decision, position_fault> apply_trade(const position_update& before, const onchain_trade& trade,
                                                        const hedging_policy& policy, timestamp now,
                                                        std::string cause) {
  if (trade.symbol != before.symbol) return unexpected(position_fault::wrong_symbol);
  if (trade.sequence <= before.last_trade_sequence) return unexpected(position_fault::duplicate);
  if (trade.amount.sign() <= 0) return unexpected(position_fault::invalid_trade);
  const auto onchain = before.onchain.plus(trade.position_delta());
  if (!onchain || !sums_fit(*onchain, before.hedged, before.reserved)) return unexpected(position_fault::overflow);
  position_decision decision{before, std::nullopt, {}, false};
  decision.after.onchain = *onchain;
  decision.after.last_trade_sequence = trade.sequence;
  decision.after.cause = std::move(cause);
  return std::move(finish(decision, policy, now));
}

expected<position_decision, position_fault> apply_execution(const position_update& before, const schwab_execution& e,
                                                            const hedging_policy& policy, timestamp now,
                                                            std::string cause) {
  if (e.execution.symbol != before.symbol) return unexpected(position_fault::wrong_symbol);
  if (e.execution.sequence == 0 || e.execution.sequence >= before.next_execution)
    return unexpected(position_fault::unknown_execution);
  position_decision decision{before, std::nullopt, {}, false};
  position_update& s = decision.after;
  const auto at = find(s.live, e.execution.sequence);
  if (at == s.live.end()) return book_closed(before, e, policy, now, std::move(cause));
  if (const auto fault = fault_of(e, *at)) return unexpected(*fault);

  const bool grew = e.filled > at->filled;
  if (grew) {
    const shares filled_before = at->filled;
    if (!book_fill(s, *at, e.filled, true)) return unexpected(position_fault::overflow);
    fill_alarms(decision, *at, filled_before, true);
  }
  const bool freezes = e.state == execution_state::held && !s.frozen;
  if (freezes) {
    s.frozen = true;
    alarm(decision, position_alarm_code::held, e.execution,
          "the outcome is ambiguous; the symbol is frozen until a person decides" +
              (e.detail.empty() ? std::string{} : ": " + e.detail));
  }
  if (!grew && !freezes && !e.terminal()) return decision;
  if (e.terminal() && !close(decision, at, e)) return unexpected(position_fault::overflow);
  if (e.state == execution_state::filled) s.failure_streak = 0;
  if (e.state == execution_state::failed) apply_failure(decision, e, policy, now);
  s.cause = std::move(cause);
  return std::move(finish(decision, policy, now));
}

position_decision apply_timer(const position_update& before, const hedging_policy& policy, timestamp now) {
  const auto due = next_timer(before, policy);
  position_decision decision{before, std::nullopt, {}, false};
  if (due && *due <= now) finish(decision, policy, now);
  return decision;
}

std::optional<timestamp> next_timer(const position_update& state, const hedging_policy& policy) {
  if (!may_emit_at_some_time(state, policy, state.available())) return std::nullopt;
  return state.retry_at;
}

position_update corrected(position_update state, timestamp written_at, timestamp now, const hedging_policy& policy) {
  // Between two nodes, or after a correction of the clock by seconds, nothing is wrong.
  constexpr std::chrono::minutes tolerance{1};
  if (now < written_at - tolerance || state.retry_at > now + longest_closed_wait)
    state.retry_at = std::min(state.retry_at, now + policy.failure_backoff_max);
  return state;
}

position_decision resume(const position_update& before, const hedging_policy& policy, timestamp now,
                         std::string cause) {
  position_decision decision{before, std::nullopt, {}, false};
  position_update& s = decision.after;
  if (!s.frozen && s.failure_streak == 0 && s.retry_at == timestamp{}) return apply_timer(before, policy, now);
  s.frozen = false;
  s.failure_streak = 0;
  s.retry_at = {};
  s.cause = std::move(cause);
  finish(decision, policy, now);
  return decision;
}

position_decision freeze(const position_update& before, std::string cause) {
  position_decision decision{before, std::nullopt, {}, !before.frozen};
  if (decision.changed) {
    decision.after.frozen = true;
    decision.after.cause = std::move(cause);
  }
  return decision;
}

std::string check_invariants(const position_update& state) {
  if (!sums_fit(state.onchain, state.hedged, state.reserved)) return "the position does not fit 256 bits";
  shares reserved;
  std::uint64_t last = 0;
  for (const tracked_execution& e : state.live) {
    const auto sum = reserved.plus(signed_effect(e.side, remaining(e)));
    if (!sum) return "the live executions do not fit 256 bits";
    reserved = *sum;
    if (e.execution.sequence <= last) return "live executions are not ascending";
    last = e.execution.sequence;
    if (e.quantity == 0 || e.filled.sign() < 0) return "a live execution without a quantity";
    if (e.execution.symbol != state.symbol) return "a live execution of another symbol";
  }
  if (reserved != state.reserved) return "reserved is not what the live executions still have to fill";
  if (last >= state.next_execution) return "a live execution that was never made";
  if (state.closed.size() > closed_limit) return "too many closed executions";
  for (const tracked_execution& e : state.closed) {
    if (e.execution.sequence >= state.next_execution) return "a closed execution that was never made";
    for (const tracked_execution& l : state.live)
      if (l.execution.sequence == e.execution.sequence) return "an execution is both live and closed";
  }
  return {};
}

std::string_view to_string(position_alarm_code code) {
  switch (code) {
    case position_alarm_code::late_fill: return "late_fill";
    case position_alarm_code::over_fill: return "over_fill";
    case position_alarm_code::filled_short: return "filled_short";
    case position_alarm_code::fill_went_back: return "fill_went_back";
    case position_alarm_code::too_many_failures: return "too_many_failures";
    case position_alarm_code::held: return "held";
  }
  return "unknown";
}

std::string_view to_string(position_fault fault) {
  switch (fault) {
    case position_fault::duplicate: return "duplicate";
    case position_fault::wrong_symbol: return "wrong_symbol";
    case position_fault::invalid_trade: return "invalid_trade";
    case position_fault::invalid_execution: return "invalid_execution";
    case position_fault::unknown_execution: return "unknown_execution";
    case position_fault::too_old: return "too_old";
    case position_fault::overflow: return "overflow";
  }
  return "unknown";
}

}  // namespace hedgerow::domain
