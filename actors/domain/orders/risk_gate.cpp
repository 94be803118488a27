#include "actors/domain/orders/risk_gate.hpp"

namespace hedgerow::domain {
namespace {

/// When what is not known is asked again.
timestamp when_known(const gate_conditions& conditions, const gate_policy& policy, timestamp now) {
  return now + (now < conditions.started + policy.start_time ? policy.recheck_at_start : policy.recheck);
}

gate_refusal market_closed(const gate_conditions& conditions, const gate_policy& policy, timestamp now) {
  gate_refusal refusal{execution_code::market_closed, now + policy.recheck, "the market is closed"};
  if (!conditions.session) {
    refusal.retry_at = when_known(conditions, policy, now);
    refusal.detail = "the market session is not known";
  } else if (conditions.session->open_today && now < conditions.session->start) {
    refusal.retry_at = conditions.session->start;
  } else if (conditions.next_session && *conditions.next_session > now) {
    refusal.retry_at = *conditions.next_session;
  }
  return refusal;
}

}  // namespace

std::optional<gate_refusal> check_gate(const gate_conditions& conditions, const gate_policy& policy, bool symbol_halted,
                                       std::uint64_t quantity, timestamp now) {
  const timestamp again = now + policy.recheck;
  if (conditions.halted_global) return gate_refusal{execution_code::halted, again, "trading is halted"};
  if (symbol_halted) return gate_refusal{execution_code::halted, again, "the symbol is halted"};
  if (conditions.breaker_open) return gate_refusal{execution_code::halted, again, "the circuit breaker is open"};
  if (quantity == 0 || quantity > policy.max_order_shares || quantity > 0xffff'ffffU)
    return gate_refusal{execution_code::risk_limit, again,
                        std::to_string(quantity) + " shares are not within 1 and " +
                            std::to_string(policy.max_order_shares)};
  if (!conditions.token_available)
    return gate_refusal{execution_code::no_token, when_known(conditions, policy, now), "no valid access token"};
  if (!conditions.session || !conditions.session->is_open(now)) return market_closed(conditions, policy, now);
  if (conditions.orders_last_minute >= policy.max_orders_per_minute)
    return gate_refusal{execution_code::risk_limit, now + std::chrono::minutes{1}, "too many orders within a minute"};
  return std::nullopt;
}

}  // namespace hedgerow::domain
