// What will become of an order, decided when it is entered: fills and changes of status with the time each is due.
// The ledger keeps the plan and applies it as time passes, so a restart changes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"
#include "runtime/adapters/paper/fault_plan.hpp"
#include "runtime/adapters/paper/price.hpp"

namespace hedgerow::paper {

struct order_event {
  timestamp due;
  /// Zero for a change of status.
  std::int64_t quantity = 0;
  price_units price = 0;
  /// Legs with the same number are reported as one activity.
  std::int64_t activity = 0;
  /// Empty for a fill.
  std::string status;
  std::string description;
};

/// FILLED, CANCELED, REJECTED, EXPIRED.
[[nodiscard]] bool is_terminal(std::string_view status);
/// In the broker's documented list (facts, 5.7).
[[nodiscard]] bool is_documented(std::string_view status);

struct order_terms {
  std::int64_t order = 0;
  side instruction = side::buy;
  std::int64_t quantity = 0;
  /// When it starts working: entering, or the opening bell.
  timestamp from;
  /// When it expires.
  std::optional<timestamp> close;
};

struct fill_profile {
  std::uint64_t seed = 1;
  std::chrono::milliseconds delay_min{20};
  std::chrono::milliseconds delay_max{200};
  std::uint32_t legs_max = 3;
};

/// Price that a taker gets at a time.
using price_source = std::function<price_units(timestamp)>;

/// In order of due time. A function of its arguments.
[[nodiscard]] std::vector<order_event> plan_order(const order_terms& terms, const fill_profile& profile,
                                                  const std::optional<fault_rule>& fault, const price_source& price);

}  // namespace hedgerow::paper
