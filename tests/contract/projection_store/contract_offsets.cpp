// Rows and offsets move together, once, and in order.
#include <algorithm>
#include <random>
#include <tuple>

#include "tests/contract/projection_store/projection_store_contract.hpp"

namespace hedgerow::test {

using ports::store_errc;

namespace {

using position_map = ports::store_position;

/// Trades, executions and letters of two symbols, some of which the log tells twice.
std::vector<domain::projected_event> some_history(std::mt19937_64& random) {
  std::vector<domain::projected_event> out;
  const auto number = [&](std::uint64_t below) { return random() % below; };
  for (std::int64_t second = 1; second <= 40; ++second) {
    const char* name = number(2) == 0 ? "AAPL" : "MSFT";
    switch (number(5)) {
      case 0: out.emplace_back(letter_of("too_old", static_cast<std::int64_t>(number(9)))); break;
      case 1: out.emplace_back(decision_of(name, second)); break;
      case 2: out.emplace_back(update_of(name, number(2) == 0 ? "-2" : "0.5", second)); break;
      case 3:
        out.emplace_back(step_of(name, 1 + number(6),
                                 number(2) == 0 ? execution_state::submitted : execution_state::filled, second));
        break;
      default: out.emplace_back(trade_of(name, static_cast<std::uint64_t>(second), second)); break;
    }
    if (number(4) == 0) out.push_back(out.back());
  }
  return out;
}

TEST_P(ProjectionStoreContract, AnEmptyStoreBeginsAtTheBeginning) {
  EXPECT_TRUE(position().empty());
  EXPECT_TRUE(trades().rows.empty());
  EXPECT_FALSE(overview().login);
  EXPECT_EQ(overview().totals, row_totals{});
}

TEST_P(ProjectionStoreContract, RowsAndOffsetsAreThereTogetherAlsoAfterARestart) {
  ASSERT_TRUE(put({trade_of("AAPL", 1, 1), step_of("MSFT", 1, execution_state::held, 2)},
                  {{trades0, 0, 7}, {{topic::schwab_executions, 3}, 0, 1}}));
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(position(), (position_map{{trades0, 7}, {{topic::schwab_executions, 3}, 1}}));
    EXPECT_EQ(sequences_of(trades().rows), std::vector<std::uint64_t>{1});
    EXPECT_EQ(ids_of(executions().rows), std::vector<std::string>{"MSFT:1"});
    EXPECT_EQ(overview().totals, (row_totals{1, 1, 0}));
    restart();
  }
}

TEST_P(ProjectionStoreContract, RecordsThatChangeNoRowMoveTheOffsetToo) {
  ASSERT_TRUE(put({}, {{trades1, 0, 3}}));
  EXPECT_EQ(position(), (position_map{{trades1, 3}}));
}

TEST_P(ProjectionStoreContract, ABatchThatIsAppliedTwiceCountsOnce) {
  const std::vector<domain::projected_event> events{letter_of("too_old", 1), decision_of("AAPL", 1)};
  const ports::projected_batch batch{domain::fold(events, rows(domain::keys_of(events))), {{trades0, 0, 2}}};
  ASSERT_TRUE(apply(batch));
  ASSERT_TRUE(put({trade_of("AAPL", 1, 1)}, {{trades0, 2, 3}}));
  EXPECT_TRUE(apply(batch));
  EXPECT_EQ(position(), (position_map{{trades0, 3}}));
  EXPECT_EQ(dead_letters().rows.size(), 1U);
  EXPECT_EQ(decisions().rows.size(), 1U);
  EXPECT_EQ(overview().totals, (row_totals{1, 0, 1}));
}

TEST_P(ProjectionStoreContract, AGapAnOverlapAndAStepBackAreMisplacedAndChangeNothing) {
  ASSERT_TRUE(put({trade_of("AAPL", 1, 1)}, {{trades0, 0, 5}}));
  const std::vector<std::vector<ports::offset_range>> wrong{
      {{trades0, 6, 7}},                   // a gap
      {{trades0, 4, 6}},                   // an overlap
      {{trades0, 5, 6}, {trades1, 1, 2}},  // one fits, the other does not
      {{trades0, 0, 5}, {trades1, 0, 1}},  // one was applied before, the other was not
  };
  for (const auto& read : wrong) {
    const auto refused = put({trade_of("AAPL", 2, 2)}, read);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, store_errc::misplaced);
    EXPECT_FALSE(refused.error().detail.empty());
  }
  EXPECT_EQ(position(), (position_map{{trades0, 5}}));
  EXPECT_EQ(trades().rows.size(), 1U);
}

TEST_P(ProjectionStoreContract, ABatchThatFailsIsNotThereAndCanBeTriedAgain) {
  for (const auto code : {store_errc::busy, store_errc::refused}) {
    subject_->fail_next_apply({code, "ordered"});
    const auto from = position()[trades0];
    const auto failed = put({trade_of("AAPL", 1, 1)}, {{trades0, from, from + 1}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, code);
    EXPECT_TRUE(trades().rows.empty());
    EXPECT_EQ(position()[trades0], from);
  }
  ASSERT_TRUE(put({trade_of("AAPL", 1, 1)}, {{trades0, 0, 1}}));
  EXPECT_EQ(trades().rows.size(), 1U);
}

TEST_P(ProjectionStoreContract, ABatchWhoseReplyIsLostIsAppliedOnceWhenItIsTriedAgain) {
  const std::vector<domain::projected_event> events{trade_of("AAPL", 1, 1), letter_of("too_old", 1)};
  const ports::projected_batch batch{domain::fold(events, rows(domain::keys_of(events))), {{trades0, 0, 2}}};
  subject_->fail_next_apply({store_errc::lost, "ordered"});
  const auto lost = apply(batch);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, store_errc::lost);
  EXPECT_TRUE(apply(batch));
  EXPECT_EQ(overview().totals, (row_totals{1, 0, 1}));
  EXPECT_EQ(dead_letters().rows.size(), 1U);
}

TEST_P(ProjectionStoreContract, WhatAFoldRemembersIsReadBackSoThatItGoesOnAfterARestart) {
  // One share is sold on chain for 100 and bought for 90, and the log tells all of it twice.
  const std::vector<domain::projected_event> events{
      trade_of("AAPL", 1, 1), step_of("AAPL", 1, execution_state::filled, 2), letter_of("too_old", 1),
      decision_of("AAPL", 3), update_of("AAPL", "-1", 4)};
  for (int told = 0; told < 2; ++told)
    for (const auto& event : events) {
      put({event});
      restart();
    }
  EXPECT_EQ(position_of("AAPL")->realized.to_string(), "10");
  EXPECT_EQ(overview().totals, (row_totals{1, 1, 1}));
  EXPECT_EQ(execution("AAPL:1")->history.size(), 1U);
  EXPECT_EQ(decisions().rows.size(), 1U);
  EXPECT_EQ(position_of("AAPL")->unhedged_since, (timestamp{4'000'000}));
}

TEST_P(ProjectionStoreContract, AnyPrefixThatIsContinuedAfterARestartGivesTheRowsOfTheWhole) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random{seed};
    const auto events = some_history(random);
    const auto everything = [&] {
      return std::tuple{positions().rows,    trades().rows,    executions().rows,
                        dead_letters().rows, decisions().rows, overview().totals};
    };
    subject_ = GetParam().make();
    restart();
    put(events);
    const auto whole = everything();
    subject_ = GetParam().make();
    restart();
    for (std::size_t begun = 0; begun < events.size();) {
      const auto count = std::min<std::size_t>(events.size() - begun, 1 + random() % 12);
      const auto first = events.begin() + static_cast<std::ptrdiff_t>(begun);
      put({first, first + static_cast<std::ptrdiff_t>(count)});
      restart();
      begun += count;
    }
    ASSERT_TRUE(everything() == whole) << "seed " << seed;
  }
}

TEST_P(ProjectionStoreContract, OnlyTheRowsThatAreWantedAreRead) {
  put({trade_of("AAPL", 1, 1), trade_of("MSFT", 2, 1), step_of("AAPL", 1, execution_state::held, 1),
       step_of("AAPL", 2, execution_state::held, 1), letter_of("too_old", 1), decision_of("AAPL", 1),
       decision_of("AAPL", 2)});
  row_keys keys;
  keys.symbols = {*symbol::parse("MSFT"), *symbol::parse("TSLA")};
  keys.executions = {{*symbol::parse("AAPL"), 2}, {*symbol::parse("AAPL"), 3}};
  keys.letters = {*place_of(letter_of("too_old", 1).data), *place_of(letter_of("too_old", 2).data)};
  keys.decisions = {{"AAPL", {"control:AAPL:1", "control:AAPL:7"}}, {"MSFT", {"control:MSFT:1"}}};
  const auto found = rows(keys);
  EXPECT_EQ(found.positions.size(), 1U);
  EXPECT_TRUE(found.positions.contains(*symbol::parse("MSFT")));
  ASSERT_EQ(found.states.size(), 1U);
  EXPECT_EQ(found.states.begin()->second->last_sequence.at(1), 2U);
  ASSERT_EQ(found.executions.size(), 1U);
  EXPECT_EQ(found.executions.begin()->second.latest.execution.sequence, 2U);
  EXPECT_EQ(found.letters, std::set<letter_place>{*place_of(letter_of("too_old", 1).data)});
  EXPECT_EQ(found.decisions.at("AAPL").ids, std::set<std::string>{"control:AAPL:1"});
  EXPECT_EQ(found.decisions.at("AAPL").newest, 2U);
  EXPECT_EQ(found.totals, (row_totals{2, 2, 1}));
}

}  // namespace
}  // namespace hedgerow::test
