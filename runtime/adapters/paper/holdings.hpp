// One position of the account: signed shares and what they cost on average.
#pragma once

#include <cstdint>

#include "messages/types/amount.hpp"
#include "messages/types/ids.hpp"
#include "runtime/adapters/paper/price.hpp"

namespace hedgerow::paper {

struct holding {
  /// Negative for short.
  std::int64_t quantity = 0;
  /// What the open shares cost (long) or brought (short); never negative.
  usd cost;
};

/// Average-cost accounting: adding raises the cost, reducing takes a proportional part of it, crossing zero starts
/// again at `price`. Fails on overflow.
[[nodiscard]] expected<holding, amount_error> apply_fill(const holding& before, side instruction, std::int64_t quantity,
                                                         price_units price);

}  // namespace hedgerow::paper
