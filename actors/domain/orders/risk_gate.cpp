#include "actors/domain/orders/risk_gate.hpp"

#include <algorithm>

namespace hedgerow::domain {
namespace {

/// Sessions begin on a half hour, and the broker tells the hours of one day only: over a night or a weekend it is
/// enough to look then.
timestamp next_half_hour(timestamp now) {
  constexpr std::int64_t half_hour = 30LL * 60 * 1'000'000;
  return {(now.us / half_hour + 1) * half_hour};
}

gate_refusal market_closed(const gate_conditions& conditions, const gate_policy& policy, timestamp now) {
  gate_refusal refusal{execution_code::market_closed, next_half_hour(now), "the market is closed"};
  if (!conditions.session) {
    refusal.retry_at = now + policy.recheck_passing;
    refusal.detail = "the market session is not known";
    refusal.passing = true;
  } else if (!conditions.session->open_today) {
    const auto known_for = std::max(now - conditions.closed_since, microseconds{policy.recheck_closed});
    refusal.retry_at = std::min(refusal.retry_at, now + known_for);
  } else if (now < conditions.session->start) {
    refusal.retry_at = conditions.session->start;
  } else if (now < conditions.session->end) {
    refusal.detail = "the market is about to close";
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
    return gate_refusal{
        execution_code::risk_limit, again,
        std::to_string(quantity) + " shares are not within 1 and " + std::to_string(policy.max_order_shares)};
  if (!conditions.token_available)
    return gate_refusal{execution_code::no_token, now + policy.recheck_passing, "no valid access token", true};
  if (!conditions.session || !conditions.session->is_open(now) ||
      now >= conditions.session->end - policy.session_margin)
    return market_closed(conditions, policy, now);
  if (conditions.next_order_at > now)
    return gate_refusal{execution_code::risk_limit, conditions.next_order_at, "too many orders within a minute", true};
  return std::nullopt;
}

std::optional<gate_refusal> check_write(const gate_conditions& conditions, const gate_policy& policy,
                                        bool symbol_halted, std::uint64_t quantity, const deadline& lease,
                                        monotonic_time monotonic, timestamp now) {
  if (auto refusal = check_gate(conditions, policy, symbol_halted, quantity, now)) return refusal;
  if (!lease.passed(monotonic, now)) return std::nullopt;
  return gate_refusal{execution_code::lease_expired, now + policy.recheck_passing, "the lease was over", true};
}

}  // namespace hedgerow::domain
