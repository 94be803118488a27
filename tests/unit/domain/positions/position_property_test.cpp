// For any events in any order, no share is lost or invented.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "builders.hpp"
#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

/// A model that books by the definition of each number, next to the book under test.
class world {
 public:
  explicit world(hedging_policy policy) : policy_{policy} {}

  void trade() {
    const auto s = *rc::gen::element(side::buy, side::sell);
    const auto units = test::draw<std::int64_t>(1, 5'000'000);
    // From one unit of 1e-18 up to a few shares.
    const bool dust = test::draw(0, 4) == 0;
    const int256 amount = dust ? int256{units} : int256{units} * int256{1'000'000'000'000};
    apply(test::trade(++sequence_, "AAPL", s, shares::from_units(amount)));
    trades_.push_back(last_trade_);
  }

  void revert() {
    if (trades_.empty()) return;
    const auto index = test::draw<std::size_t>(0, trades_.size());
    onchain_trade t = trades_[index];
    trades_.erase(trades_.begin() + static_cast<std::ptrdiff_t>(index));
    t.change = evm_log_change::reverted;
    t.sequence = ++sequence_;
    apply(t);
  }

  void duplicate_trade() {
    if (sequence_ == 0) return;
    onchain_trade t = last_trade_;
    t.sequence = test::draw<std::uint64_t>(0, sequence_ + 1);
    RC_ASSERT(apply_trade(state_, t, policy_, now_, "d").error() == position_fault::duplicate);
  }

  /// Any report, sensible or not, about any execution made so far.
  void report() {
    if (commands_.empty()) return;
    const auto& command = commands_[test::draw<std::size_t>(0, commands_.size())];
    using enum execution_state;
    const auto state = *rc::gen::element(pending, submitting, submitted, partially_filled, execution_state::filled,
                                         failed, unknown, held);
    const auto code =
        *rc::gen::element(execution_code::rejected, execution_code::market_closed, execution_code::absent);
    schwab_execution e = test::report(command, state, "0", code);
    // Tenths of shares up to one and a half times of what was asked for.
    const auto tenths = test::draw<std::uint64_t>(0, command.quantity * 15 + 1);
    e.filled = state == execution_state::filled && *rc::gen::arbitrary<bool>()
                   ? shares::from_whole(static_cast<std::int64_t>(command.quantity))
                   : shares::from_units(int256{tenths} * amount_unit() / 10);
    const auto decision = apply_execution(state_, e, policy_, now_, "e");
    if (!decision) {
      RC_ASSERT(decision.error() == position_fault::too_old);
      return;
    }
    auto& booked = filled_[command.execution];
    const bool was_closed = closed_.contains(command.execution);
    RC_ASSERT((was_closed && e.filled > booked) == has_alarm(*decision, position_alarm_code::late_fill));
    booked = std::max(booked, e.filled);
    if (e.terminal()) closed_[command.execution] = true;
    take(*decision);
  }

  void let_time_pass() {
    now_ = now_ + std::chrono::seconds{test::draw(0, 90)};
    take(apply_timer(state_, policy_, now_));
  }

  void person() {
    if (test::draw(0, 3) != 0) return;
    take(*rc::gen::arbitrary<bool>() ? resume(state_, policy_, now_, "p") : freeze(state_, "p"));
  }

  void check() const {
    RC_ASSERT(check_invariants(state_).empty());
    RC_ASSERT(state_.onchain == onchain_);
    shares hedged;
    for (const auto& command : commands_) {
      const auto at = filled_.find(command.execution);
      if (at == filled_.end()) continue;
      hedged = hedged.plus(command.side == side::buy ? at->second : -at->second).value();
    }
    RC_ASSERT(state_.hedged == hedged);
    RC_ASSERT(state_.next_execution == commands_.size() + 1);
    const bool may_wait = state_.frozen || now_ < state_.retry_at || !state_.live.empty();
    if (!may_wait) RC_ASSERT(state_.available().abs() < shares::from_whole(1));
    if (policy_.one_in_flight) RC_ASSERT(state_.live.size() <= 1U);
    const auto due = next_timer(state_, policy_);
    RC_ASSERT(apply_timer(state_, policy_, now_).command.has_value() == (due && *due <= now_));
  }

  /// Everything ends as the broker filled it; then nothing but dust may remain.
  void settle() {
    take(resume(state_, policy_, now_, "p"));
    for (int round = 0; round < 1000; ++round) {
      if (!state_.live.empty()) {
        const auto live = state_.live.front();
        schwab_execution e = test::report({live.execution, live.side, live.quantity, {}}, execution_state::filled);
        e.filled = std::max(live.filled, shares::from_whole(static_cast<std::int64_t>(live.quantity)));
        filled_[live.execution] = e.filled;
        take(apply_execution(state_, e, policy_, now_, "e").value());
      } else if (const auto due = next_timer(state_, policy_)) {
        now_ = std::max(now_, *due);
        take(apply_timer(state_, policy_, now_));
      } else {
        break;
      }
      check();
    }
    RC_ASSERT(state_.live.empty());
    RC_ASSERT(state_.reserved.is_zero());
    RC_ASSERT(state_.exposure().abs() < shares::from_whole(1));
  }

 private:
  static bool has_alarm(const position_decision& d, position_alarm_code code) {
    return std::any_of(d.alarms.begin(), d.alarms.end(), [&](const auto& a) { return a.code == code; });
  }

  void apply(const onchain_trade& t) {
    last_trade_ = t;
    onchain_ = onchain_.plus(t.position_delta()).value();
    take(apply_trade(state_, t, policy_, now_, "t").value());
    RC_ASSERT(apply_trade(state_, t, policy_, now_, "t").error() == position_fault::duplicate);
  }

  void take(const position_decision& d) {
    RC_ASSERT(d.changed == !(d.after == state_));
    if (d.command) {
      RC_ASSERT(d.command->execution.sequence == commands_.size() + 1);
      RC_ASSERT(d.command->quantity >= 1U);
      RC_ASSERT(d.command->quantity <= policy_.max_order_shares);
      RC_ASSERT(d.command->exposure == d.after.exposure());
      commands_.push_back(*d.command);
    }
    state_ = d.after;
  }

  hedging_policy policy_;
  timestamp now_ = test::at_ms(1'000'000);
  position_update state_ = empty_position(test::sym("AAPL"));
  std::uint64_t sequence_ = 0;
  onchain_trade last_trade_;
  std::vector<onchain_trade> trades_;
  std::vector<schwab_command> commands_;
  shares onchain_;
  std::map<execution_id, shares> filled_;
  std::map<execution_id, bool> closed_;
};

void conserve(bool one_in_flight) {
  hedging_policy policy;
  policy.one_in_flight = one_in_flight;
  policy.max_order_shares = *rc::gen::element<std::uint64_t>(1, 3, 10'000);
  policy.freeze_after_failures = *rc::gen::element<std::uint32_t>(0, 3, 10);
  world w{policy};
  const int events = test::draw(1, 400);
  for (int i = 0; i < events; ++i) {
    switch (test::draw(0, 12)) {
      case 0: w.revert(); break;
      case 1: w.duplicate_trade(); break;
      case 2: w.let_time_pass(); break;
      case 3: w.person(); break;
      case 4:
      case 5:
      case 6:
      case 7: w.report(); break;
      default: w.trade(); break;
    }
    w.check();
  }
  w.settle();
}

TEST(PositionProperty, ConservesSharesWithOneInFlight) {
  EXPECT_TRUE(rc::check("shares are conserved", [] { conserve(true); }));
}

TEST(PositionProperty, ConservesSharesWithManyInFlight) {
  EXPECT_TRUE(rc::check("shares are conserved", [] { conserve(false); }));
}

TEST(PositionProperty, CumulativeFillsOnlyGrow) {
  EXPECT_TRUE(rc::check("hedged follows the largest report", [](const std::vector<std::uint8_t>& reports) {
    hedging_policy policy;
    auto first = apply_trade(empty_position(test::sym("AAPL")), test::trade(1, "AAPL", side::sell, test::qty("200")),
                             policy, {}, "t");
    position_update state = first->after;
    shares largest;
    for (const std::uint8_t filled : reports) {
      auto e = test::report(*first->command, execution_state::partially_filled);
      e.filled = shares::from_whole(filled);
      const auto decision = apply_execution(state, e, policy, {}, "e").value();
      RC_ASSERT(decision.changed == (e.filled > largest));
      largest = std::max(largest, e.filled);
      state = decision.after;
      RC_ASSERT(state.hedged == largest);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
