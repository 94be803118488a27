// What the rows answer: order, filters, limits, pages.
#include <algorithm>

#include "tests/contract/projection_store/projection_store_contract.hpp"

namespace hedgerow::test {
namespace {

using numbers = std::vector<std::uint64_t>;
using texts = std::vector<std::string>;

TEST_P(ProjectionStoreContract, PositionsAreListedBySymbolAndFoundOneByOne) {
  put({update_of("MSFT", "2", 1), update_of("AAPL", "-0.5", 2), trade_of("BRK.B", 1, 3)});
  const auto all = positions().rows;
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].latest.symbol.str(), "AAPL");
  EXPECT_EQ(all[1].latest.symbol.str(), "BRK.B") << "of which only a trade is known";
  EXPECT_EQ(all[2].latest.symbol.str(), "MSFT");
  EXPECT_EQ(position_of("MSFT")->latest.onchain.to_string(), "2");
  EXPECT_EQ(position_of("AAPL")->updated_at.us, 2'000'000);
  EXPECT_FALSE(position_of("TSLA"));
  EXPECT_FALSE(position_of("no symbol"));
  EXPECT_FALSE(position_of(""));
}

TEST_P(ProjectionStoreContract, TradesComeInTheOrderOfTheirSequencesHoweverTheyArrived) {
  put({trade_of("AAPL", 3, 5), trade_of("MSFT", 7, 1)});
  put({trade_of("TSLA", 5, 9), trade_of("AAPL", 8, 2)});
  EXPECT_EQ(sequences_of(trades().rows), (numbers{8, 7, 5, 3}));
  EXPECT_EQ(sequences_of(trades({.symbol = "AAPL"}).rows), (numbers{8, 3}));
  EXPECT_EQ(sequences_of(trades({.symbol = {}, .limit = 1}).rows), (numbers{8}));
  EXPECT_EQ(sequences_of(trades({.symbol = "no symbol"}).rows), (numbers{}));
  EXPECT_EQ(sequences_of(trades({.symbol = {}, .recorded = {{1'000'000}, {5'000'000}}}).rows), (numbers{8, 7}))
      << "the end of a span is not in it";
}

TEST_P(ProjectionStoreContract, ExecutionsComeInTheOrderOfTheirFirstStepsAndByTheirState) {
  put({step_of("MSFT", 1, execution_state::pending, 1), step_of("AAPL", 1, execution_state::pending, 2),
       step_of("AAPL", 2, execution_state::submitted, 2), step_of("MSFT", 1, execution_state::filled, 9)});
  EXPECT_EQ(ids_of(executions().rows), (texts{"AAPL:2", "AAPL:1", "MSFT:1"}));
  EXPECT_EQ(ids_of(executions({.symbol = "AAPL"}).rows), (texts{"AAPL:2", "AAPL:1"}));
  EXPECT_EQ(ids_of(executions({.symbol = {}, .states = {{execution_state::filled, execution_state::pending}}}).rows),
            (texts{"AAPL:1", "MSFT:1"}));
  EXPECT_EQ(ids_of(executions({.symbol = {}, .states = std::vector<execution_state>{}}).rows), (texts{}));
  EXPECT_EQ(ids_of(executions({.symbol = {}, .pending = true}).rows), (texts{"AAPL:2", "AAPL:1"}));
  EXPECT_EQ(ids_of(executions({.symbol = {}, .created = {{0}, {2'000'000}}}).rows), (texts{"MSFT:1"}));
  const auto known = overview().executions_in_state;
  EXPECT_EQ(known[static_cast<std::size_t>(execution_state::filled)], 1U);
  EXPECT_EQ(known[static_cast<std::size_t>(execution_state::submitted)], 1U);
}

TEST_P(ProjectionStoreContract, AnExecutionHasItsHistory) {
  put({step_of("AAPL", 1, execution_state::submitting, 1), step_of("AAPL", 1, execution_state::filled, 2)});
  const auto row = execution("AAPL:1");
  ASSERT_TRUE(row);
  using history = std::vector<std::pair<execution_state, timestamp>>;
  EXPECT_EQ(row->history,
            (history{{execution_state::submitting, {1'000'000}}, {execution_state::filled, {2'000'000}}}));
  EXPECT_TRUE(row->ended);
  EXPECT_EQ(row->created_at.us, 1'000'000);
  EXPECT_EQ(row->updated_at.us, 2'000'000);
  for (const char* unknown : {"AAPL:2", "AAPL", "", "../../etc"}) EXPECT_FALSE(execution(unknown)) << unknown;
}

TEST_P(ProjectionStoreContract, DeadLettersComeInTheOrderOfTheLogAndDecisionsInThatOfTime) {
  put({letter_of("b", 9), letter_of("a", 4), decision_of("MSFT", 5), decision_of("AAPL", 2), decision_of("AAPL", 7)});
  const auto letters = dead_letters().rows;
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0].letter.origin_offset, 4);
  EXPECT_EQ(letters[0].number, 2U);
  EXPECT_EQ(letters[1].number, 1U);
  const auto decided = decisions().rows;
  ASSERT_EQ(decided.size(), 3U);
  EXPECT_EQ(decided[0].recorded_at.us, 7'000'000);
  EXPECT_EQ(decided[1].decision.scope, "MSFT");
  EXPECT_EQ(decided[2].number, 1U);
  EXPECT_EQ(decisions({.scope = "AAPL"}).rows.size(), 2U);
}

TEST_P(ProjectionStoreContract, TheNewestLoginIsKept) {
  enveloped<token_update> e;
  e.data.event = token_event::refreshed;
  e.data.access_expires_at = {5};
  e.data.detail = "fine";
  put({e});
  put({trade_of("AAPL", 1, 1)});
  EXPECT_EQ(overview().login, (login_row{token_event::refreshed, {5}, {}, "fine"}));
}

/// Follows `next` to the end, while `meanwhile` is done between the pages.
template <class Query, class Ask, class Meanwhile>
auto all_pages(Query query, Ask ask, Meanwhile meanwhile) {
  auto page = ask(query);
  auto all = page.rows;
  while (page.next) {
    EXPECT_EQ(page.rows.size(), query.limit);
    meanwhile();
    query.before = page.next;
    page = ask(query);
    EXPECT_FALSE(page.rows.empty()) << "there is no page after the last row";
    all.insert(all.end(), page.rows.begin(), page.rows.end());
  }
  return all;
}

TEST_P(ProjectionStoreContract, PagesOfTradesStayInPlaceWhileNewOnesArrive) {
  std::vector<domain::projected_event> some;
  for (std::uint64_t i = 1; i <= 9; ++i) some.emplace_back(trade_of(i % 3 == 0 ? "MSFT" : "AAPL", i, 1));
  put(some);
  std::uint64_t next = 10;
  const auto arrive = [&] { put({trade_of("AAPL", next++, 2)}); };
  EXPECT_EQ(sequences_of(all_pages(
                trades_query{.symbol = {}, .limit = 3}, [&](auto& q) { return trades(q); }, arrive)),
            (numbers{9, 8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(sequences_of(all_pages(
                trades_query{.symbol = "MSFT", .limit = 2}, [&](auto& q) { return trades(q); }, arrive)),
            (numbers{9, 6, 3}));
}

TEST_P(ProjectionStoreContract, PagesOfExecutionsLettersAndDecisionsStayInPlaceToo) {
  std::vector<domain::projected_event> some;
  for (int i = 1; i <= 5; ++i) {
    some.emplace_back(step_of("AAPL", static_cast<std::uint64_t>(i), execution_state::submitted, 7));
    some.emplace_back(letter_of("too_old", i));
    some.emplace_back(decision_of(i % 2 == 0 ? "AAPL" : "MSFT", 7));
  }
  put(some);
  std::uint64_t next = 6;
  const auto arrive = [&] {
    put({step_of("AAPL", next, execution_state::submitted, 8), letter_of("too_old", static_cast<std::int64_t>(next)),
         decision_of("AAPL", 100 + static_cast<std::int64_t>(next)),
         step_of("AAPL", 1, execution_state::partially_filled, 9)});
    ++next;
  };
  const auto runs = all_pages(
      executions_query{.symbol = {}, .limit = 2}, [&](auto& q) { return executions(q); }, arrive);
  EXPECT_EQ(ids_of(runs), (texts{"AAPL:5", "AAPL:4", "AAPL:3", "AAPL:2", "AAPL:1"}));
  const auto before = dead_letters().rows.front().number;
  const auto letters = all_pages(
      dead_letters_query{.limit = 2}, [&](auto& q) { return dead_letters(q); }, arrive);
  ASSERT_EQ(letters.size(), before);
  for (std::size_t i = 0; i < letters.size(); ++i) EXPECT_EQ(letters[i].number, before - i);
  const auto count = decisions().rows.size();
  const auto decided = all_pages(
      decisions_query{.scope = {}, .limit = 1}, [&](auto& q) { return decisions(q); }, arrive);
  ASSERT_EQ(decided.size(), count);
  EXPECT_TRUE(std::is_sorted(decided.rbegin(), decided.rend(),
                             [](const auto& a, const auto& b) { return place_of(a) < place_of(b); }));
}

TEST_P(ProjectionStoreContract, AsManyRowsAsItHasToKeepAreKept) {
  std::vector<domain::projected_event> some;
  for (std::uint64_t i = 1; i <= contract_rows; ++i) {
    some.emplace_back(trade_of("AAPL", i, 1));
    some.emplace_back(step_of("AAPL", i, execution_state::filled, 1));
    some.emplace_back(letter_of("too_old", static_cast<std::int64_t>(i)));
    some.emplace_back(decision_of("AAPL", static_cast<std::int64_t>(i)));
  }
  put(some);
  EXPECT_EQ(trades().rows.size(), contract_rows);
  EXPECT_EQ(executions().rows.size(), contract_rows);
  EXPECT_EQ(dead_letters().rows.size(), contract_rows);
  EXPECT_EQ(decisions().rows.size(), contract_rows);
}

}  // namespace
}  // namespace hedgerow::test
