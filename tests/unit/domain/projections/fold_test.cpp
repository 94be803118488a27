#include "actors/domain/projections/fold.hpp"

#include <gtest/gtest.h>

#include "tests/support/kept_rows.hpp"

namespace hedgerow::domain {
namespace {

const symbol aapl = *symbol::parse("AAPL");

enveloped<schwab_execution> step(std::uint64_t sequence, execution_state state, const char* filled,
                                 const char* notional, std::int64_t second) {
  enveloped<schwab_execution> e;
  e.meta.event_id = "step:" + std::to_string(sequence) + ":" + std::to_string(second);
  e.meta.occurred_at = e.meta.recorded_at = {second * 1'000'000};
  e.data.execution = {aapl, sequence};
  e.data.side = side::buy;
  e.data.quantity = 2;
  e.data.state = state;
  e.data.filled = *shares::parse(filled);
  e.data.filled_notional = *usd::parse(notional);
  return e;
}

enveloped<position_update> position(const char* onchain, const char* hedged, std::int64_t second) {
  enveloped<position_update> e;
  e.meta.recorded_at = {second * 1'000'000};
  e.data.symbol = aapl;
  e.data.onchain = *shares::parse(onchain);
  e.data.hedged = *shares::parse(hedged);
  return e;
}

TEST(Fold, AnExecutionKeepsItsHistoryAndItsLargestFill) {
  test::kept_rows model;
  model.apply(step(1, execution_state::submitting, "0", "0", 1));
  model.apply(step(1, execution_state::partially_filled, "1", "100", 2));
  model.apply(step(1, execution_state::submitted, "0", "0", 3));
  const auto row = model.execution("AAPL:1").row;
  ASSERT_TRUE(row);
  EXPECT_EQ(row->history.size(), 3U);
  EXPECT_EQ(row->latest.filled.to_string(), "1");
  EXPECT_EQ(row->created_at.us, 1'000'000);
  EXPECT_EQ(model.overview().totals.executions, 1U);
  EXPECT_FALSE(model.execution("AAPL:2").row);
}

TEST(Fold, UnhedgedTimeRunsFromTheFirstWholeShareUntilItIsCovered) {
  test::kept_rows model;
  model.apply(position("-0.9", "0", 1));
  EXPECT_FALSE(model.position("AAPL")->unhedged_since);
  model.apply(position("-1.2", "0", 2));
  model.apply(position("-1.4", "0", 3));
  EXPECT_EQ(model.position("AAPL")->unhedged_since->us, 2'000'000);
  model.apply(position("-1.4", "1", 4));
  EXPECT_FALSE(model.position("AAPL")->unhedged_since);
}

TEST(Fold, OldTerminalExecutionsGoOpenOnesStay) {
  test::kept_rows model{{10, 2, 10}};
  model.apply(step(1, execution_state::submitted, "0", "0", 1));
  for (std::uint64_t i = 2; i <= 6; ++i) model.apply(step(i, execution_state::filled, "2", "200", 2));
  EXPECT_TRUE(model.execution("AAPL:1").row) << "still open";
  model.apply(step(1, execution_state::filled, "2", "200", 3));
  EXPECT_EQ(model.executions().rows.size(), 2U);
  EXPECT_FALSE(model.execution("AAPL:1").row);
}

TEST(Fold, ALateFillIsCountedOnceWhileItIsRememberedAndNeverTwice) {
  test::kept_rows model{{10, 2, 10}};
  enveloped<onchain_trade> sold;
  sold.data = {{fill_kind::take, aapl, {}, {}, side::sell, *shares::parse("300"), *usd::parse("30000")},
               1,
               1,
               evm_log_change::applied,
               {},
               {},
               {1'000'000}};
  sold.meta.event_id = "trade";
  model.apply(sold);
  model.apply(step(1, execution_state::failed, "1", "90", 2));
  model.apply(step(1, execution_state::filled, "2", "180", 3));
  EXPECT_EQ(model.position("AAPL")->realized.to_string(), "20");
  for (std::uint64_t i = 2; i <= 100; ++i) model.apply(step(i, execution_state::filled, "1", "100", 3));
  EXPECT_EQ(model.overview().totals.executions, 100U);
  // Long forgotten: neither listed nor counted again.
  model.apply(step(1, execution_state::filled, "2", "180", 4));
  EXPECT_EQ(model.position("AAPL")->realized.to_string(), "20");
  EXPECT_EQ(model.overview().totals.executions, 100U);
  EXPECT_FALSE(model.execution("AAPL:1").row);
}

enveloped<onchain_trade> trade(std::uint64_t sequence, std::int64_t second) {
  enveloped<onchain_trade> e;
  e.data = {{fill_kind::take, aapl, {}, {}, side::sell, *shares::parse("1"), *usd::parse("100")},
            sequence,
            1,
            evm_log_change::applied,
            {},
            {},
            {second * 1'000'000}};
  e.meta.event_id = "trade:" + std::to_string(sequence);
  return e;
}

TEST(Fold, AFillWhosePriceComesInALaterStepCountsWithThatPrice) {
  test::kept_rows model;
  model.apply(trade(1, 1));
  model.apply(trade(2, 2));
  model.apply(step(1, execution_state::partially_filled, "1", "0", 3));
  EXPECT_TRUE(model.position("AAPL")->realized.is_zero());
  model.apply(step(1, execution_state::partially_filled, "1", "90", 4));
  EXPECT_EQ(model.position("AAPL")->realized.to_string(), "10");
  model.apply(step(1, execution_state::partially_filled, "2", "90", 5));
  model.apply(step(1, execution_state::filled, "2", "185", 6));
  EXPECT_EQ(model.position("AAPL")->realized.to_string(), "15");
}

enveloped<dead_letter> letter(std::string service, std::string reason, std::int64_t offset) {
  enveloped<dead_letter> e;
  e.data.service = std::move(service);
  e.data.origin_topic = "blockchain-events";
  e.data.origin_offset = offset;
  e.data.reason = std::move(reason);
  return e;
}

TEST(Fold, ATradeThatStandsInTheLogTwiceCountsOnce) {
  test::kept_rows model;
  for (int written = 0; written < 2; ++written) {
    for (std::uint64_t i = 1; i <= 4; ++i) model.apply(trade(i, 1));
    // Settles the first ones, so that only their sequence tells that they are known.
    model.apply(trade(5, 10'000));
    model.apply(step(1, execution_state::filled, "20", "1800", 10'000));
  }
  EXPECT_EQ(model.trades().rows.size(), 5U);
  EXPECT_EQ(model.overview().totals.trades, 5U);
  EXPECT_EQ(model.position("AAPL")->realized.to_string(), "50");
}

TEST(Fold, AnEndThatIsToldAgainIsNoFurtherStep) {
  test::kept_rows model;
  model.apply(step(1, execution_state::submitted, "0", "0", 1));
  model.apply(step(1, execution_state::filled, "2", "200", 2));
  model.apply(step(1, execution_state::filled, "2", "200", 900));
  EXPECT_EQ(model.execution("AAPL:1").row->history.size(), 2U);
  EXPECT_EQ(model.execution("AAPL:1").row->updated_at.us, 2'000'000);
}

TEST(Fold, ADeadLetterOfTheSamePlaceCountsOnce) {
  test::kept_rows model;
  for (int written = 0; written < 2; ++written) model.apply(letter("validation", "undecodable", 7));
  model.apply(letter("accumulator", "undecodable", 7));
  EXPECT_EQ(model.overview().totals.dead_letters, 2U);
  // Without a place nobody can tell.
  for (int written = 0; written < 2; ++written) model.apply(letter("ingestion", "malformed_frame", -1));
  EXPECT_EQ(model.dead_letters().rows.size(), 4U);
}

TEST(Fold, AFloodOfDeadLettersOfOneKindPushesOutItsOwn) {
  test::kept_rows model{{10, 2, 5}};
  model.apply(letter("accumulator", "too_old", 1));
  for (std::int64_t i = 1; i <= 100; ++i) model.apply(letter("validation", "unpriceable_fill", i));
  ASSERT_EQ(model.dead_letters().rows.size(), 5U);
  EXPECT_EQ(model.dead_letters().rows.back().letter.reason, "too_old");
  EXPECT_EQ(model.dead_letters().rows.front().letter.origin_offset, 100);
  EXPECT_EQ(model.overview().totals.dead_letters, 101U);
}

TEST(Fold, TheNewestNewsOfTheLoginIsKept) {
  test::kept_rows model;
  enveloped<token_update> e;
  e.data.access_expires_at = {7};
  e.data.detail = "by a person";
  model.apply(e);
  e.data.event = token_event::expired;
  model.apply(e);
  EXPECT_EQ(model.overview().login, (login_row{token_event::expired, {7}, {}, "by a person"}));
}

TEST(Fold, AsksForTheRowsThatItsEventsMayChangeAndForNoOthers) {
  enveloped<control_event> decision;
  decision.meta.event_id = "control:1";
  decision.data.scope = "MSFT";
  const auto keys =
      keys_of({trade(1, 1), step(3, execution_state::submitted, "0", "0", 1), letter("validation", "undecodable", 7),
               letter("ingestion", "malformed_frame", -1), enveloped<token_update>{}, decision});
  EXPECT_EQ(keys.symbols, std::set<symbol>{aapl});
  EXPECT_EQ(keys.executions, (std::set<execution_id>{{aapl, 3}}));
  ASSERT_EQ(keys.letters.size(), 1U);
  EXPECT_EQ(keys.letters.begin()->offset, 7);
  EXPECT_EQ(keys.decisions.at("MSFT"), std::set<std::string>{"control:1"});
}

}  // namespace
}  // namespace hedgerow::domain
