#include "actors/domain/projections/position_facts.hpp"

namespace hedgerow::domain {
namespace {

shares signed_effect(side s, const shares& quantity) { return s == side::buy ? quantity : -quantity; }

}  // namespace

void position_facts::add(const onchain_trade& trade) {
  if (trade.sequence <= last_trade_sequence_ || trade.amount.sign() <= 0) return;
  const auto sum = onchain_.plus(trade.position_delta());
  if (!sum) return;
  onchain_ = *sum;
  last_trade_sequence_ = trade.sequence;
}

void position_facts::add(const schwab_execution& step) {
  auto& [tracked, ended] = executions_[step.execution.sequence];
  if (tracked.quantity == 0) tracked = {step.execution, step.side, step.quantity, shares{}};
  ended = ended || step.terminal();
  if (step.filled <= tracked.filled) return;
  const auto sum = hedged_.plus(signed_effect(tracked.side, *step.filled.minus(tracked.filled)));
  if (!sum) return;
  hedged_ = *sum;
  tracked.filled = step.filled;
}

shares position_facts::reserved() const {
  shares sum;
  for (const auto& e : live()) {
    const shares asked = shares::from_units(int256{e.quantity} * amount_unit());
    if (asked <= e.filled) continue;
    if (const auto more = sum.plus(signed_effect(e.side, *asked.minus(e.filled)))) sum = *more;
  }
  return sum;
}

std::vector<tracked_execution> position_facts::live() const {
  std::vector<tracked_execution> out;
  for (const auto& [number, e] : executions_)
    if (!e.ended) out.push_back(e.tracked);
  return out;
}

}  // namespace hedgerow::domain
