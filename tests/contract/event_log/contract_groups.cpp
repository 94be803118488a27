// Members that share, come, go and are fenced.
#include <set>

#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using ports::log_errc;
using strings = std::vector<std::string>;

std::set<std::uint32_t> numbers(const std::vector<topic_partition>& of, topic t) {
  std::set<std::uint32_t> out;
  for (const auto& p : of)
    if (p.topic == t) out.insert(p.partition);
  return out;
}

TEST_P(EventLogContract, TwoMembersShareCoPartitionedInputs) {
  const std::vector<topic> inputs{topic::onchain_trades, topic::schwab_executions, topic::blockchain_events};
  auto a = must_join(*log_, "g", "a", inputs);
  auto b = must_join(*log_, "g", "b", inputs);
  EXPECT_TRUE(settle({{a.get(), topic::onchain_trades, {0, 1}},
                      {a.get(), topic::schwab_executions, {0, 1}},
                      {a.get(), topic::blockchain_events, {0}},
                      {b.get(), topic::onchain_trades, {2, 3}},
                      {b.get(), topic::schwab_executions, {2, 3}},
                      {b.get(), topic::blockchain_events, {}}}));
}

TEST_P(EventLogContract, APartitionMovesInMidBatchWithoutLossOrRepetition) {
  const topic_partition trades3{topic::onchain_trades, 3};
  append({put(trades3, "k", "0"), put(trades3, "k", "1"), put(trades3, "k", "2"), put(trades3, "k", "3")});
  auto a = must_join(*log_, "g", "a", {topic::onchain_trades});
  EXPECT_EQ(poll_until(*a, 2, 2).records.size(), 2U);
  auto b = must_join(*log_, "g", "b", {topic::onchain_trades});
  // `a` is still at work on what it has polled: it keeps the partition and may commit.
  ASSERT_TRUE(b->poll(10)->records.empty());
  ASSERT_FALSE(commit_now(*a, {{put(commands0, "k", "from a")}, {{trades3, 2}}}));
  const auto told = poll_changes(*a, 0, 2);
  EXPECT_EQ(numbers(told.revoked, topic::onchain_trades), (std::set<std::uint32_t>{2, 3}));
  const auto got = poll_until(*b, 2);
  EXPECT_EQ(values_of(got.records), (strings{"2", "3"}));
  // Too late for `a`.
  const auto failure = commit_now(*a, {{put(commands0, "k", "late")}, {{trades3, 4}}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::lost_partition);
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), (strings{"from a"}));
  EXPECT_EQ(*log_->committed("g", trades3), 2);
}

TEST_P(EventLogContract, RecordsThatRestOnALostPartitionAreRefused) {
  const topic_partition trades3{topic::onchain_trades, 3};
  auto a = must_join(*log_, "g", "a", {topic::onchain_trades});
  poll_changes(*a, 4, 0);
  ASSERT_FALSE(commit_now(*a, {{put(commands0, "k", "mine")}, {}, {trades3}}));
  auto b = must_join(*log_, "g", "b", {topic::onchain_trades});
  ASSERT_TRUE(settle({{a.get(), topic::onchain_trades, {0, 1}}, {b.get(), topic::onchain_trades, {2, 3}}}));
  ASSERT_FALSE(commit_now(*b, {{put(commands0, "k", "b's")}, {}, {trades3}}));
  const auto failure = commit_now(*a, {{put(commands0, "k", "late")}, {}, {trades3}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::lost_partition);
  EXPECT_EQ(values_of(read_when_there(commands0, 2)), (strings{"mine", "b's"}));
}

TEST_P(EventLogContract, LeavingHandsPartitionsOverAndWakesTheHeir) {
  auto a = must_join(*log_, "g", "a", {topic::onchain_trades});
  poll_changes(*a, 4, 0);
  auto b = must_join(*log_, "g", "b", {topic::onchain_trades});
  std::atomic<int> calls{0};
  b->on_ready([&] { ++calls; });
  ASSERT_TRUE(b->poll(10)->empty());
  ASSERT_TRUE(settle({{a.get(), topic::onchain_trades, {0, 1}}, {b.get(), topic::onchain_trades, {2, 3}}}));
  EXPECT_TRUE(eventually([&] { return calls >= 1; }));
  ASSERT_TRUE(b->poll(10)->empty());
  const int before = calls;
  outcomes done;
  for (int i = 1; i <= 30; ++i) a->commit({{}, {{trades0, i}}}, done.next(i));
  a.reset();
  EXPECT_TRUE(done.wait_for(30));
  for (const auto& failure : done.errors()) EXPECT_FALSE(failure) << failure->detail;
  EXPECT_TRUE(eventually([&] { return calls > before; }));
  EXPECT_TRUE(settle({{b.get(), topic::onchain_trades, {0, 1, 2, 3}}}));
  EXPECT_EQ(*log_->committed("g", trades0), 30);
  b.reset();
}

TEST_P(EventLogContract, TheSameInstanceFencesItsElder) {
  append({put(trades0, "k", "1"), put(trades0, "k", "2")});
  auto elder = must_join(*log_, "g", "same", {topic::onchain_trades});
  poll_until(*elder, 2);
  std::atomic<int> calls{0};
  elder->on_ready([&] { ++calls; });
  ASSERT_TRUE(elder->poll(10));
  ASSERT_FALSE(commit_now(*elder, {{put(commands0, "k", "1")}, {{trades0, 1}}}));
  auto younger = must_join(*log_, "g", "same", {topic::onchain_trades});
  EXPECT_TRUE(eventually([&] { return calls >= 1; })) << "the elder is told";
  const auto failure = commit_now(*elder, {{put(commands0, "k", "2")}, {{trades0, 2}}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::replaced) << failure->detail;
  const auto polled = elder->poll(10);
  ASSERT_FALSE(polled);
  EXPECT_EQ(polled.error().code, log_errc::replaced);
  EXPECT_EQ(values_of(poll_until(*younger, 1).records), (strings{"2"}));
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), (strings{"1"}));
  elder.reset();
  // The elder's leaving takes nothing from the younger.
  EXPECT_FALSE(commit_now(*younger, {{}, {{trades0, 2}}}));
}

}  // namespace
}  // namespace hedgerow::test
