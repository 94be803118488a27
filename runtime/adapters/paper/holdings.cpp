#include "runtime/adapters/paper/holdings.hpp"

#include <cstdlib>

namespace hedgerow::paper {

expected<holding, amount_error> apply_fill(const holding& before, side instruction, std::int64_t quantity,
                                           price_units price) {
  const std::int64_t change = instruction == side::buy ? quantity : -quantity;
  const std::int64_t after = before.quantity + change;
  const bool grows = before.quantity == 0 || (before.quantity > 0) == (change > 0);
  if (grows) {
    const auto cost = before.cost.plus(notional(price, quantity));
    if (!cost) return unexpected(cost.error());
    return holding{after, *cost};
  }
  const bool crosses = after != 0 && (after > 0) != (before.quantity > 0);
  if (after == 0) return holding{};
  if (crosses) return holding{after, notional(price, std::abs(after))};
  const auto left = mul_div_round(before.cost.units(), int256{std::abs(after)}, int256{std::abs(before.quantity)});
  if (!left) return unexpected(left.error());
  return holding{after, usd::from_units(*left)};
}

}  // namespace hedgerow::paper
