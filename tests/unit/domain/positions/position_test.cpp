// The rules of the position book one by one.
#include "actors/domain/positions/position.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "driven_position.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using test::codes;
using test::driven_position;

TEST(PositionBook, ACommandCarriesWhatItRestsOn) {
  driven_position book;
  const auto command = book.trade(side::sell, "2.75").command.value();
  EXPECT_EQ(command.execution.to_string(), "AAPL:1");
  EXPECT_EQ(command.side, side::buy);
  EXPECT_EQ(command.quantity, 2U);
  EXPECT_EQ(command.exposure, test::qty("-2.75"));
  EXPECT_EQ(book.state.reserved, test::qty("2"));
  EXPECT_EQ(book.state.available(), test::qty("-0.75"));
  EXPECT_EQ(book.state.cause, "t1");
  EXPECT_EQ(book.state.next_execution, 2U);
}

TEST(PositionBook, ARevertedTradeTakesItsSharesBack) {
  driven_position book;
  (void)book.trade(side::buy, "0.75");
  const auto revert = test::trade(2, "AAPL", side::buy, test::qty("0.75"), evm_log_change::reverted);
  book.take(apply_trade(book.state, revert, book.policy, book.now, "r"));
  EXPECT_TRUE(book.state.onchain.is_zero());
  EXPECT_EQ(book.state.last_trade_sequence, 2U);
}

TEST(PositionBook, ARevertOfAHedgedTradeIsHedgedBack) {
  driven_position book;
  const auto sell = book.trade(side::buy, "3").command.value();
  book.execution(test::report(sell, execution_state::filled, "3"));
  const auto back =
      book.take(apply_trade(book.state, test::trade(2, "AAPL", side::buy, test::qty("3"), evm_log_change::reverted),
                            book.policy, book.now, "r"))
          .command.value();
  EXPECT_EQ(back.side, side::buy);
  EXPECT_EQ(back.quantity, 3U);
}

TEST(PositionBook, TradesThatCannotBeBooked) {
  const auto book = empty_position(test::sym("AAPL"));
  const auto fault = [&](const position_update& state, const onchain_trade& t) {
    return apply_trade(state, t, {}, {}, "t").error();
  };
  EXPECT_EQ(fault(book, test::trade(1, "MSFT", side::buy, test::qty("1"))), position_fault::wrong_symbol);
  EXPECT_EQ(fault(book, test::trade(0, "AAPL", side::buy, test::qty("1"))), position_fault::duplicate);
  EXPECT_EQ(fault(book, test::trade(1, "AAPL", side::buy, test::qty("0"))), position_fault::invalid_trade);
  EXPECT_EQ(fault(book, test::trade(1, "AAPL", side::buy, test::qty("-1"))), position_fault::invalid_trade);
  position_update full = book;
  full.onchain = shares::from_units(std::numeric_limits<int256>::max());
  EXPECT_EQ(fault(full, test::trade(1, "AAPL", side::buy, test::qty("1"))), position_fault::overflow);
  full.onchain = shares::from_units(-std::numeric_limits<int256>::max());
  EXPECT_EQ(fault(full, test::trade(1, "AAPL", side::sell, test::qty("1"))), position_fault::overflow);
}

TEST(PositionBook, AnOldTradeIsADuplicateAfterANewerOne) {
  driven_position book;
  book.take(apply_trade(book.state, test::trade(5, "AAPL", side::buy, test::qty("0.1")), book.policy, book.now, "t"));
  book.take(apply_trade(book.state, test::trade(9, "AAPL", side::buy, test::qty("0.1")), book.policy, book.now, "t"));
  for (std::uint64_t old : {1U, 5U, 9U})
    EXPECT_EQ(apply_trade(book.state, test::trade(old, "AAPL", side::buy, test::qty("0.1")), book.policy, book.now, "t")
                  .error(),
              position_fault::duplicate);
}

TEST(PositionBook, PartialFillsMoveFromReservedToHedgedOnce) {
  driven_position book;
  const auto command = book.trade(side::buy, "5.5").command.value();
  book.execution(test::report(command, execution_state::partially_filled, "2"));
  EXPECT_EQ(book.state.hedged, test::qty("-2"));
  EXPECT_EQ(book.state.reserved, test::qty("-3"));
  EXPECT_EQ(book.state.available(), test::qty("0.5"));
  for (const char* stale : {"2", "1.5", "0"}) {
    EXPECT_FALSE(book.execution(test::report(command, execution_state::partially_filled, stale)).changed);
    EXPECT_EQ(book.state.hedged, test::qty("-2"));
  }
  EXPECT_FALSE(book.execution(test::report(command, execution_state::submitted, "0")).changed);
}

TEST(PositionBook, AnOverFillBecomesOppositeExposure) {
  driven_position book;
  const auto command = book.trade(side::sell, "2").command.value();
  book.execution(test::report(command, execution_state::partially_filled, "3.5"));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::over_fill});
  EXPECT_TRUE(book.state.reserved.is_zero());
  EXPECT_EQ(book.state.available(), test::qty("1.5"));
  EXPECT_FALSE(book.last.command) << "one in flight: the over-filled order still works";
  const auto& end = book.execution(test::report(command, execution_state::filled, "3.5"));
  ASSERT_TRUE(end.command);
  EXPECT_EQ(end.command->side, side::sell);
  EXPECT_EQ(end.command->quantity, 1U);
  EXPECT_TRUE(end.alarms.empty());
}

TEST(PositionBook, ALateFillIsBookedAndAlarmed) {
  driven_position book;
  const auto command = book.trade(side::sell, "2").command.value();
  book.execution(test::report(command, execution_state::failed, "0", execution_code::absent));
  EXPECT_EQ(book.state.available(), test::qty("-2"));
  book.execution(test::report(command, execution_state::filled, "2"));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::late_fill});
  EXPECT_TRUE(book.state.exposure().is_zero());
  EXPECT_FALSE(book.execution(test::report(command, execution_state::filled, "2")).changed);
  book.execution(test::report(command, execution_state::filled, "3"));
  EXPECT_EQ(book.alarms(), (codes{position_alarm_code::late_fill, position_alarm_code::over_fill}));
  EXPECT_EQ(book.state.exposure(), test::qty("1"));
}

TEST(PositionBook, ATerminalReportWithFewerSharesEndsItAndKeepsTheLargerNumber) {
  driven_position book;
  const auto command = book.trade(side::sell, "5").command.value();
  book.execution(test::report(command, execution_state::partially_filled, "3"));
  book.execution(test::report(command, execution_state::failed, "1", execution_code::cancelled));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::fill_went_back});
  EXPECT_EQ(book.state.hedged, test::qty("3"));
  EXPECT_TRUE(book.state.live.empty());
  EXPECT_EQ(book.state.available(), test::qty("-2"));
}

TEST(PositionBook, FilledWithFewerSharesThanAskedReleasesTheRest) {
  driven_position book;
  const auto command = book.trade(side::sell, "5").command.value();
  const auto& end = book.execution(test::report(command, execution_state::filled, "4"));
  EXPECT_EQ(book.alarms(), codes{position_alarm_code::filled_short});
  ASSERT_TRUE(end.command);
  EXPECT_EQ(end.command->quantity, 1U);
}

TEST(PositionBook, ReportsThatCannotBeBooked) {
  driven_position book;
  const auto command = book.trade(side::sell, "5").command.value();
  const auto good = test::report(command, execution_state::filled, "5");
  auto e = good;
  e.execution.sequence = 2;
  EXPECT_EQ(book.fault(e), position_fault::unknown_execution);
  e.execution.sequence = 0;
  EXPECT_EQ(book.fault(e), position_fault::unknown_execution);
  e = good;
  e.execution.symbol = test::sym("MSFT");
  EXPECT_EQ(book.fault(e), position_fault::wrong_symbol);
  e = good;
  e.filled = test::qty("-1");
  EXPECT_EQ(book.fault(e), position_fault::invalid_execution);
  e = good;
  e.side = side::sell;
  EXPECT_EQ(book.fault(e), position_fault::invalid_execution);
  e = good;
  e.quantity = 6;
  EXPECT_EQ(book.fault(e), position_fault::invalid_execution);
  e = good;
  e.filled = shares::from_units(std::numeric_limits<int256>::max());
  EXPECT_TRUE(apply_execution(book.state, e, book.policy, book.now, "e"));
  book.state.onchain = shares::from_units(std::numeric_limits<int256>::max() - 10);
  EXPECT_EQ(book.fault(e), position_fault::overflow);
}

TEST(PositionBook, LargeExposureGoesOutInPieces) {
  driven_position book;
  book.policy.max_order_shares = 10;
  book.policy.one_in_flight = false;
  std::uint64_t sent = book.trade(side::sell, "35.5").command->quantity;
  std::size_t commands = 1;
  while (const auto due = next_timer(book.state, book.policy)) {
    ASSERT_LE(*due, book.now);
    sent += book.take(apply_timer(book.state, book.policy, book.now)).command->quantity;
    ASSERT_LE(++commands, 4U);
  }
  EXPECT_EQ(sent, 35U);
  EXPECT_EQ(book.state.available(), test::qty("-0.5"));
}

TEST(PositionBook, NoOrderIsLargerThanTheBrokerTakes) {
  driven_position book;
  book.policy.max_order_shares = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(book.trade(side::buy, "10000000000000000000000").command->quantity, 4294967295U);
}

TEST(PositionBook, NoTimerWhileAnOrderIsInFlight) {
  driven_position book;
  const auto command = book.trade(side::sell, "1").command.value();
  book.trade(side::sell, "3");
  EXPECT_FALSE(next_timer(book.state, book.policy));
  EXPECT_FALSE(apply_timer(book.state, book.policy, book.now + 1h).changed);
  EXPECT_EQ(book.execution(test::report(command, execution_state::filled, "1")).command->quantity, 3U);
}

TEST(PositionBook, RemembersTheNewestThatEnded) {
  driven_position book;
  book.policy.freeze_after_failures = 0;
  std::vector<schwab_command> unfilled;
  std::vector<schwab_command> filled;
  auto command = book.trade(side::sell, "1").command.value();
  for (int i = 0; i < 20; ++i) {
    book.execution(test::report(command, execution_state::failed, "0", execution_code::cancelled));
    unfilled.push_back(command);
    book.now = *next_timer(book.state, book.policy);
    command = book.take(apply_timer(book.state, book.policy, book.now)).command.value();
    book.execution(test::report(command, execution_state::filled, "1"));
    filled.push_back(command);
    command = book.trade(side::sell, "1").command.value();
    ASSERT_LE(book.state.closed.size(), closed_limit);
  }
  EXPECT_EQ(book.state.closed.size(), closed_limit);
  EXPECT_EQ(book.state.closed.back().execution, filled.back().execution);
  EXPECT_EQ(book.fault(test::report(unfilled.front(), execution_state::filled, "1")), position_fault::too_old);
  EXPECT_EQ(book.fault(test::report(filled[15], execution_state::filled, "1")), position_fault::too_old);
  EXPECT_TRUE(book.execution(test::report(filled[16], execution_state::filled, "2")).changed);
  EXPECT_TRUE(book.execution(test::report(unfilled[9], execution_state::filled, "1")).changed);
}

TEST(PositionBook, TheCheckFindsWhatIsWrong) {
  driven_position book;
  (void)book.trade(side::sell, "2");
  EXPECT_EQ(check_invariants(book.state), "");
  const auto broken = [&](auto change) {
    position_update copy = book.state;
    change(copy);
    return !check_invariants(copy).empty();
  };
  EXPECT_TRUE(broken([](auto& s) { s.reserved = test::qty("1"); }));
  EXPECT_TRUE(broken([](auto& s) { s.live.clear(); }));
  EXPECT_TRUE(broken([](auto& s) { s.next_execution = 1; }));
  EXPECT_TRUE(broken([](auto& s) { s.live.push_back(s.live[0]); }));
  EXPECT_TRUE(broken([](auto& s) { s.closed = s.live; }));
  EXPECT_TRUE(broken([](auto& s) { s.onchain = s.hedged = shares::from_units(std::numeric_limits<int256>::max()); }));
  EXPECT_TRUE(broken([](auto& s) { s.closed.assign(17, {{s.symbol, 1}, side::buy, 1, {}}); }));
}

TEST(PositionBook, NamesAreDistinct) {
  EXPECT_EQ(to_string(position_alarm_code::too_many_failures), "too_many_failures");
  EXPECT_EQ(to_string(position_fault::too_old), "too_old");
}

}  // namespace
}  // namespace hedgerow::domain
