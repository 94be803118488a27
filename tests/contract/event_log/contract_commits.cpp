// Transactions: all or nothing, in order, and what failure means.
#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using ports::log_errc;
using strings = std::vector<std::string>;

TEST_P(EventLogContract, OutputsAndOffsetsBecomeVisibleTogether) {
  append({put(trades0, "a", "1"), put(trades0, "a", "2")});
  EXPECT_FALSE(*log_->committed("g", trades0));
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_until(*member, 2);
  ASSERT_FALSE(commit_now(*member, {{put(commands0, "a", "c1")}, {{trades0, 1}}}));
  EXPECT_EQ(*log_->committed("g", trades0), 1);
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), (strings{"c1"}));

  // The next member of the group goes on there; another group begins at the beginning.
  member.reset();
  member = must_join(*log_, "g", "j", {topic::onchain_trades});
  EXPECT_EQ(values_of(poll_until(*member, 1).records), (strings{"2"}));
  auto other = must_join(*log_, "h", "i", {topic::onchain_trades});
  EXPECT_EQ(poll_until(*other, 2).records.size(), 2U);
}

TEST_P(EventLogContract, ProgressTellsOfAllGroupsAndPartitionsAtOnce) {
  append({put(trades0, "a", "1"), put(trades0, "a", "2"), put(commands0, "a", "3")});
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_until(*member, 2);
  ASSERT_FALSE(commit_now(*member, {{}, {{trades0, 1}}}));
  const ports::input_groups groups{{"g", {topic::onchain_trades, topic::token_updates}},
                                   {"nobody", {topic::schwab_commands, topic::onchain_trades}}};
  // progress() does not wait for open transactions, so poll for the new offset.
  EXPECT_TRUE(eventually([&] {
    const auto all = log_->progress(groups);
    return all && all->front().next == 1;
  }));
  const auto all = log_->progress(groups);
  ASSERT_TRUE(all) << all.error().detail;
  ASSERT_EQ(all->size(), 4U + 1U + 4U + 4U);
  for (const auto& one : *all) {
    EXPECT_EQ(one.next, log_->committed(one.group, one.source)->value_or(0)) << one.group;
    EXPECT_EQ(one.end, *log_->end_offset(one.source)) << one.group;
  }
  EXPECT_EQ(all->at(5).group, "nobody");
  EXPECT_EQ(all->at(5).source, commands0);
  EXPECT_GE(all->at(5).end, 1);
  EXPECT_EQ(log_->progress({})->size(), 0U);
}

TEST_P(EventLogContract, ManyCommitsInFlightEndInOrder) {
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  outcomes done;
  std::vector<int> wanted;
  for (int i = 0; i < 200; ++i) {
    member->commit({{put(commands0, "k", std::to_string(i))}, {{trades0, i}}}, done.next(i));
    wanted.push_back(i);
  }
  ASSERT_TRUE(done.wait_for(200));
  EXPECT_EQ(done.order(), wanted);
  for (const auto& e : done.errors()) EXPECT_FALSE(e);
  const auto out = read_when_there(commands0, 200);
  ASSERT_EQ(out.size(), 200U);
  for (int i = 0; i < 200; ++i) EXPECT_EQ(*out[static_cast<std::size_t>(i)].value, std::to_string(i));
  EXPECT_EQ(*log_->committed("g", trades0), 199);
}

TEST_P(EventLogContract, AFailedCommitLeavesNothingAndFailsThoseAfterIt) {
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  outcomes done;
  member->commit({{put(commands0, "k", "before")}, {{trades0, 1}}}, done.next(0));
  // Partition 0 of schwab-executions was never assigned.
  member->commit({{put(commands0, "k", "aborted")}, {{{topic::schwab_executions, 0}, 5}}}, done.next(1));
  member->commit({{put(commands0, "k", "after")}, {{trades0, 2}}}, done.next(2));
  ASSERT_TRUE(done.wait_for(3));
  EXPECT_EQ(done.order(), (std::vector<int>{0, 1, 2}));
  const auto errors = done.errors();
  EXPECT_FALSE(errors[0]);
  ASSERT_TRUE(errors[1] && errors[2]);
  EXPECT_EQ(errors[1]->code, log_errc::lost_partition);
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), (strings{"before"}));
  EXPECT_EQ(*log_->committed("g", trades0), 1);
  EXPECT_FALSE(*log_->committed("g", {topic::schwab_executions, 0}));

  // The dead member is replaced; the aborted number is used again.
  member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  ASSERT_FALSE(commit_now(*member, {{put(commands0, "k", "again")}, {}}));
  const auto both = read_when_there(commands0, 2);
  EXPECT_EQ(values_of(both), (strings{"before", "again"}));
  expect_offsets(both, {0, 1});
}

TEST_P(EventLogContract, APartitionThatDoesNotExistIsAnError) {
  auto member = must_join(*log_, "g", "i", {});
  const auto failure = commit_now(*member, {{put({topic::onchain_trades, 99}, "k", "v")}, {}});
  ASSERT_TRUE(failure);
  EXPECT_NE(failure->detail.find("99"), std::string::npos);
}

TEST_P(EventLogContract, DestroyingAMemberFinishesItsCommits) {
  auto member = must_join(*log_, "g", "i", {});
  outcomes done;
  for (int i = 0; i < 50; ++i) member->commit({{put(commands0, "k", "v")}, {}}, done.next(i));
  member.reset();
  EXPECT_EQ(done.order().size(), 50U);
  expect_end(commands0, 50);
}

TEST_P(EventLogContract, ACommitCallbackMayDestroyTheMember) {
  auto member = must_join(*log_, "g", "i", {});
  std::atomic<bool> gone{false};
  auto* raw = member.get();
  raw->commit({{put(commands0, "k", "v")}, {}}, [&](const auto&) {
    member.reset();
    gone = true;
  });
  ASSERT_TRUE(eventually([&] { return gone.load(); }));
  expect_end(commands0, 1);
}

TEST_P(EventLogContract, ReadyIsCalledWhenThereIsMore) {
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  std::atomic<int> calls{0};
  member->on_ready([&] { ++calls; });
  poll_changes(*member, 4, 0);
  ASSERT_TRUE(member->poll(10)->empty());
  // A call without more is allowed: a client has events of its own, such as the end of a rebalance.
  append({put(commands0, "k", "not an input")});
  EXPECT_TRUE(member->poll(10)->records.empty());
  const int at_first = calls;
  append({put(trades0, "k", "1")});
  EXPECT_TRUE(eventually([&] { return calls > at_first; }));
  EXPECT_EQ(poll_until(*member, 1).records.size(), 1U);
  const int before = calls;
  append({put(trades0, "k", "2")});
  EXPECT_TRUE(eventually([&] { return calls > before; }));
  member.reset();
}

TEST_P(EventLogContract, ListenersHearOfEveryAppendToWhatTheyRead) {
  std::atomic<int> calls{0};
  const auto news = log_->on_append([&] { ++calls; });
  for (const auto& source : {trades0, commands0}) {
    const auto nothing = log_->read(source, 0, 1);
    ASSERT_TRUE(nothing) << nothing.error().detail;
    ASSERT_TRUE(nothing->empty());
  }
  int before = calls;
  append({put(trades0, "k", "1")});
  EXPECT_TRUE(eventually([&] { return calls > before && log_->read(trades0, 0, 1)->size() == 1; }));
  before = calls;
  append({put(commands0, "k", "1")});
  EXPECT_TRUE(eventually([&] { return calls > before && log_->read(commands0, 0, 1)->size() == 1; }));
}

TEST_P(EventLogContract, ListenersComeAndGoAsOftenAsTheyLike) {
  std::atomic<int> calls{0};
  std::atomic<int> dropped_calls{0};
  const auto nothing = log_->read(trades0, 0, 1);
  ASSERT_TRUE(nothing) << nothing.error().detail;
  for (int i = 0; i < 100; ++i) const auto dropped = log_->on_append([&] { ++dropped_calls; });
  const auto kept = log_->on_append([&] { ++calls; });
  append({put(trades0, "k", "1")});
  EXPECT_TRUE(eventually([&] { return calls > 0 && log_->read(trades0, 0, 1)->size() == 1; }));
  EXPECT_EQ(dropped_calls, 0);
}

TEST_P(EventLogContract, AListenerMayDropItsOwnSubscription) {
  std::atomic<int> calls{0};
  ports::subscription news;
  std::mutex until_it_is_kept;
  {
    const std::scoped_lock lock{until_it_is_kept};
    news = log_->on_append([&] {
      const std::scoped_lock locked{until_it_is_kept};
      news.drop();
      ++calls;
    });
  }
  ASSERT_TRUE(log_->read(trades0, 0, 1));
  append({put(trades0, "k", "1")});
  EXPECT_TRUE(eventually([&] { return calls > 0; }));
  append({put(trades0, "k", "2")});
  EXPECT_EQ(read_when_there(trades0, 2).size(), 2U);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace hedgerow::test
