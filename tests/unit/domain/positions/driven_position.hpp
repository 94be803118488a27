// A position book that is driven event by event, as the accumulator does it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "builders.hpp"

namespace hedgerow::domain::test {

using codes = std::vector<position_alarm_code>;

/// Takes every decision and checks that `changed` says the truth.
struct driven_position {
  position_update state = empty_position(sym("AAPL"));
  hedging_policy policy;
  timestamp now = at_ms(1'000'000);
  position_decision last{};

  const position_decision& trade(side s, std::string_view amount) {
    return take(apply_trade(state, test::trade(state.last_trade_sequence + 1, "AAPL", s, qty(amount)), policy, now,
                            "t" + std::to_string(state.last_trade_sequence + 1)));
  }
  const position_decision& execution(const schwab_execution& e) {
    return take(apply_execution(state, e, policy, now, "e"));
  }
  const position_decision& take(expected<position_decision, position_fault> decision) {
    last = std::move(decision.value());
    EXPECT_EQ(last.changed, !(last.after == state));
    state = last.after;
    return last;
  }
  position_fault fault(const schwab_execution& e) { return apply_execution(state, e, policy, now, "e").error(); }
  codes alarms() const {
    codes raised;
    for (const auto& a : last.alarms) raised.push_back(a.code);
    return raised;
  }
};

}  // namespace hedgerow::domain::test
