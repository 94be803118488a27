// Three services of a node, joined: a record goes through all of them in one transaction, and whatever fails in
// between, each record is written once and handled once, in order, by each of them.
#include "hand_over_fixture.hpp"

namespace hedgerow::bridges {
namespace {

/// What the three read, keep and write.
struct chain_topics {
  const char* name;
  topic first;
  topic middle;
  topic middle_state;
  topic last;
  topic last_state;
  friend std::ostream& operator<<(std::ostream& out, const chain_topics& t) { return out << t.name; }
};

/// `upper`, `middle` and `lower` of one node.
struct node_of_three {
  protocol::bridge_actor upper;
  protocol::bridge_actor middle;
  protocol::bridge_actor lower;
  chain_ptr joined;
};

class ChainTest : public HandOver, public ::testing::WithParamInterface<chain_topics> {
 public:
  ChainTest() {
    source = {GetParam().first, 0};
    begin_unsteady_log(0);
  }

  /// Starts those that do not live, each with this chance in percent.
  void start_missing(node_of_three& n, const std::string& instance, std::uint64_t percent = 100) {
    const auto& t = GetParam();
    if (!n.joined) n.joined = chain_of({t.middle, t.last});
    const auto wanted = [&](const protocol::bridge_actor& b) { return !alive(b) && order() % 100 < percent; };
    if (wanted(n.lower)) n.lower = spawn(lower_service("lower", t.last, t.last_state), instance, n.joined);
    if (wanted(n.middle))
      n.middle = spawn(lower_service("middle", t.middle, t.middle_state, t.last), instance, n.joined);
    if (wanted(n.upper)) n.upper = spawn(upper_service(t.first, t.middle), instance, n.joined);
  }

  /// Lets each service see a record of the symbol, so that all know what was written last.
  node_of_three& meet(const std::string& instance, const std::string& symbol = "AAPL") {
    auto& n = nodes[instance];
    start_missing(n, instance);
    settle();
    for (int i = 0; i < 3; ++i) {
      happen(symbol);
      settle();
    }
    return n;
  }

  /// Until all live again, whatever failures were ordered, and nothing happens any more.
  void recover() {
    bool all_live = false;
    for (int rounds = 0; !all_live; ++rounds) {
      ASSERT_LT(rounds, 100);
      for (auto& [instance, n] : nodes) start_missing(n, instance);
      settle();
      // Offsets of what was handed over may wait for a while, in one service after the other.
      for (int i = 0; i < 3; ++i) {
        advance(config.offsets_wait);
        settle();
      }
      all_live = std::all_of(nodes.begin(), nodes.end(), [](const auto& known) {
        const auto& n = known.second;
        return alive(n.upper) && alive(n.middle) && alive(n.lower);
      });
    }
  }

  void expect_each_once() {
    const auto& t = GetParam();
    for (const auto& [symbol, count] : numbers)
      for (const topic written : {t.middle, t.middle_state, t.last, t.last_state})
        EXPECT_EQ(values(written, symbol), all_numbers(symbol)) << to_string(written) << " " << symbol;
    EXPECT_EQ(lag("upper", t.first), 0);
    EXPECT_EQ(lag("middle", t.middle), 0);
    EXPECT_EQ(lag("lower", t.last), 0);
    expect_nothing_in_flight();
  }

  std::map<std::string, node_of_three> nodes;
};

TEST_P(ChainTest, ARecordGoesThroughAllThreeInOneTransaction) {
  auto& n = meet("a");
  const auto through = fact(n.lower, "commits");
  happen("AAPL");
  run();
  ASSERT_EQ(weather->waiting.size(), 1U) << "one commit, of the last one";
  const auto before = numbers["AAPL"] - 1;
  for (const topic written : {GetParam().middle, GetParam().middle_state, GetParam().last, GetParam().last_state})
    EXPECT_EQ(values(written, "AAPL").size(), before) << to_string(written);
  weather->let_one_through();
  run();
  EXPECT_EQ(fact(n.lower, "commits"), through + 1);
  EXPECT_EQ(lag("upper", GetParam().first), 0) << "the offset of the first one moved with it";
  for (const topic written : {GetParam().middle, GetParam().middle_state, GetParam().last, GetParam().last_state})
    EXPECT_EQ(values(written, "AAPL"), all_numbers("AAPL")) << to_string(written);
}

TEST_P(ChainTest, AFailedCommitLeavesNothingOfAnyOfThem) {
  auto& n = meet("a");
  happen("AAPL");
  run();
  ASSERT_EQ(weather->waiting.size(), 1U);
  faults->fail_next_commit({ports::log_errc::io, "ordered"});
  weather->let_one_through();
  run();
  EXPECT_FALSE(alive(n.lower) || alive(n.middle) || alive(n.upper)) << "they fail together";
  EXPECT_EQ(values(GetParam().middle, "AAPL").size(), numbers["AAPL"] - 1);
  recover();
  expect_each_once();
}

TEST_P(ChainTest, ADrainOfTheMiddleOneWaitsForWhatTheLastOneCommits) {
  auto& n = meet("a");
  happen("AAPL");
  run();
  self->send(n.middle, drain_atom::value);
  run();
  EXPECT_TRUE(alive(n.middle));
  // Declined: the first one writes it alone.
  happen("AAPL");
  settle();
  EXPECT_FALSE(alive(n.middle));
  EXPECT_TRUE(alive(n.upper) && alive(n.lower));
  EXPECT_EQ(values(GetParam().middle, "AAPL"), all_numbers("AAPL"));
  EXPECT_EQ(values(GetParam().last, "AAPL").size(), numbers["AAPL"] - 1);
  recover();
  expect_each_once();
}

TEST_P(ChainTest, ALastOneThatDrainsLeavesTheTransactionToTheMiddleOne) {
  auto& n = meet("a");
  happen("AAPL");
  self->send(n.lower, drain_atom::value);
  settle();
  EXPECT_TRUE(alive(n.upper) && alive(n.middle));
  EXPECT_FALSE(alive(n.lower));
  EXPECT_EQ(values(GetParam().last, "AAPL"), all_numbers("AAPL"));
  EXPECT_EQ(lag("upper", GetParam().first), 0) << "the loan of the first one went with it";
  recover();
  expect_each_once();
}

TEST_P(ChainTest, AMiddleOneThatDiesTakesTheFirstOneWithItAndTheCommitCountsOnce) {
  auto& n = meet("a");
  happen("AAPL");
  run();
  ASSERT_EQ(weather->waiting.size(), 1U);
  caf::anon_send_exit(n.middle, caf::exit_reason::kill);
  run();
  EXPECT_FALSE(alive(n.upper));
  start_missing(n, "a");
  run();
  recover();
  expect_each_once();
}

/// Symbols of three partitions.
const strings spread{"AAPL", "NVDA", "META"};

TEST_P(ChainTest, APartitionThatTheMiddleOneLosesMovesAfterWhatRestsOnIt) {
  // The middle one of `a` takes partitions from that of `b`: the first by name come first.
  for (const auto& symbol : spread) meet("b", symbol);
  for (const auto& symbol : spread) happen(symbol);
  run();
  EXPECT_FALSE(weather->waiting.empty());
  auto& other = nodes["a"];
  other.joined = chain_of({GetParam().middle, GetParam().last});
  other.middle =
      spawn(lower_service("middle", GetParam().middle, GetParam().middle_state, GetParam().last), "a", other.joined);
  run();
  for (const auto& symbol : spread) happen(symbol);
  recover();
  expect_each_once();
}

TEST_P(ChainTest, WhateverDiesFailsOrMovesEachRecordIsWrittenOnceAndHandledOnce) {
  const strings symbols{"AAPL", "TSLA", "NVDA", "MSFT", "AMZN", "META"};
  std::uint64_t through_all = 0;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    order.seed(seed);
    begin_unsteady_log(2 + order() % 10);
    config = {};
    config.batch_max = 1 + order() % 4;
    config.hand_over_max = 1 + order() % 12;
    for (int i = 0; i < 80; ++i) {
      happen(symbols[order() % symbols.size()]);
      const std::string instance(1, static_cast<char>('a' + order() % 2));
      auto& n = nodes[instance];
      start_missing(n, instance, 50);
      if (order() % 25 == 0) faults->fail_commit_after(order() % 4, {ports::log_errc::io, "ordered"});
      run_a_little();
      for (const auto* b : {&n.lower, &n.middle, &n.upper})
        if (alive(*b) && order() % 16 == 0) end(*b);
      if (order() % 4 == 0) settle();
      if (order() % 15 == 0) advance(config.offsets_wait);
    }
    recover();
    for (auto& [name, n] : nodes)
      if (fact(n.middle, "records_taken_over") > 0 && fact(n.middle, "transactions_handed_over") > 0)
        through_all += fact(n.lower, "records_taken_over");
    expect_each_once();
    for (auto& [name, n] : nodes)
      for (const auto& b : {n.lower, n.middle, n.upper}) caf::anon_send_exit(b, caf::exit_reason::kill);
    run();
    nodes.clear();
    if (HasFailure()) return;
  }
  EXPECT_GT(through_all, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Links, ChainTest,
    ::testing::Values(chain_topics{"TheMiddleOneHasOnePartition", topic::ingestion_changelog, topic::blockchain_events,
                                   topic::validation_changelog, topic::onchain_trades, topic::position_updates},
                      chain_topics{"TheMiddleOneHasOnePartitionPerNumber", topic::blockchain_events,
                                   topic::onchain_trades, topic::position_updates, topic::schwab_commands,
                                   topic::execution_changelog}),
    [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace hedgerow::bridges
