// Offsets of one member in another one's transaction.
#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using ports::log_errc;
using strings = std::vector<std::string>;

constexpr topic_partition events0{topic::blockchain_events, 0};

/// A member that has read two events, and one of another group that works on trades.
class two_services {
 public:
  explicit two_services(const std::shared_ptr<ports::event_log>& log)
      : lender{must_join(*log, "upper", "a", {topic::blockchain_events})},
        borrower{must_join(*log, "lower", "a", {topic::onchain_trades})} {
    poll_until(*lender, 2);
    poll_changes(*borrower, 4, 0);
  }
  /// A transaction of the borrower that moves the lender's offset.
  [[nodiscard]] log_transaction joint(const std::string& value, std::int64_t next) const {
    log_transaction out{{put(trades0, "k", value)}, {}, {trades0}, {}};
    out.lent.push_back(lender->lend({{events0, next}}, {}));
    return out;
  }
  std::unique_ptr<ports::log_member> lender;
  std::unique_ptr<ports::log_member> borrower;
};

std::vector<outgoing> three_events() {
  return {put(events0, "1", "1"), put(events0, "2", "2"), put(events0, "3", "3")};
}

TEST_P(EventLogContract, LentOffsetsMoveWithTheTransactionOfTheBorrower) {
  append(three_events());
  two_services s{log_};
  ASSERT_FALSE(commit_now(*s.borrower, s.joint("first", 1)));
  EXPECT_EQ(*log_->committed("upper", events0), 1);
  EXPECT_EQ(values_of(read_when_there(trades0, 1)), (strings{"first"}));
  // Several in flight, and its own offsets with them.
  outcomes done;
  auto second = s.joint("second", 2);
  second.offsets.push_back({trades0, 1});
  s.borrower->commit(std::move(second), done.next(1));
  s.borrower->commit(s.joint("third", 3), done.next(2));
  ASSERT_TRUE(done.wait_for(2));
  for (const auto& failure : done.errors()) EXPECT_FALSE(failure) << failure->detail;
  EXPECT_EQ(*log_->committed("upper", events0), 3);
  EXPECT_EQ(*log_->committed("lower", trades0), 1);
  // Without the loan again.
  EXPECT_FALSE(commit_now(*s.lender, {{put(trades0, "k", "fourth")}, {{events0, 3}}}));
  EXPECT_EQ(values_of(read_when_there(trades0, 4)), (strings{"first", "second", "third", "fourth"}));
}

TEST_P(EventLogContract, AFailedTransactionMovesNoLentOffset) {
  append(three_events());
  two_services s{log_};
  auto bad = s.joint("bad", 1);
  bad.records.push_back(put({topic::onchain_trades, 99}, "k", "nowhere"));
  ASSERT_TRUE(commit_now(*s.borrower, std::move(bad)));
  EXPECT_FALSE(*log_->committed("upper", events0));
  // A partition that was never the lender's.
  auto other = must_join(*log_, "lower", "b", {topic::onchain_trades});
  log_transaction foreign{{put(commands0, "k", "v")}, {}, {}, {s.lender->lend({{trades0, 1}}, {})}};
  const auto failure = commit_now(*other, std::move(foreign));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, log_errc::lost_partition);
  ASSERT_FALSE(commit_now(*s.lender, {{put(trades0, "k", "good")}, {{events0, 1}}}));
  EXPECT_EQ(values_of(read_when_there(trades0, 1)), (strings{"good"}));
  expect_end(commands0, 0);
}

TEST_P(EventLogContract, AFencedLenderStopsTheTransactionOfTheBorrower) {
  append(three_events());
  two_services s{log_};
  auto late = s.joint("late", 1);
  auto younger = must_join(*log_, "upper", "a", {topic::blockchain_events});
  std::vector<record> seen;
  // An embedded log gives the partition away when the loan has ended only.
  if (!GetParam().embedded) seen = poll_until(*younger, 3).records;
  const auto failure = commit_now(*s.borrower, std::move(late));
  ASSERT_TRUE(failure);
  if (GetParam().embedded) seen = poll_until(*younger, 3).records;
  EXPECT_EQ(values_of(seen), (strings{"1", "2", "3"}));
  EXPECT_FALSE(*log_->committed("upper", events0));
  ASSERT_FALSE(commit_now(*younger, {{put(trades0, "k", "younger's")}, {{events0, 1}}}));
  EXPECT_EQ(values_of(read_when_there(trades0, 1)), (strings{"younger's"}));
  EXPECT_EQ(*log_->committed("upper", events0), 1);
}

TEST_P(EventLogContract, APartitionMovesWhenTheLoanOnItHasEnded) {
  append(three_events());
  auto lender = must_join(*log_, "upper", "b", {topic::blockchain_events});
  auto borrower = must_join(*log_, "lower", "a", {topic::onchain_trades});
  poll_until(*lender, 2);
  poll_changes(*borrower, 4, 0);
  log_transaction joint{{put(trades0, "k", "joint")}, {}, {trades0}, {lender->lend({{events0, 2}}, {})}};
  // The first by name gets the only partition; the lender gives it up as soon as it polls.
  auto heir = must_join(*log_, "upper", "a", {topic::blockchain_events});
  ASSERT_TRUE(lender->poll(10)->assigned.empty());
  ASSERT_TRUE(heir->poll(10)->empty());
  ASSERT_FALSE(commit_now(*borrower, std::move(joint)));
  const auto inherited = [&] {
    EXPECT_TRUE(lender->poll(10));
    return values_of(heir->poll(10)->records) == strings{"3"};
  };
  EXPECT_TRUE(eventually(inherited));
  EXPECT_EQ(values_of(read_when_there(trades0, 1)), (strings{"joint"}));
}

/// What lives in one of them needs the other one, too.
TEST_P(EventLogContract, NoPartitionOfAMemberMovesBeforeItsLoanHasEnded) {
  append(three_events());
  const std::vector<topic> both{topic::blockchain_events, topic::token_updates};
  auto lender = must_join(*log_, "upper", "b", both);
  auto borrower = must_join(*log_, "lower", "a", {topic::onchain_trades});
  poll_changes(*lender, 2, 0);
  poll_changes(*borrower, 4, 0);
  log_transaction joint{{put(trades0, "k", "joint")}, {}, {trades0}, {lender->lend({{events0, 2}}, {})}};
  auto heir = must_join(*log_, "upper", "a", both);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(lender->poll(10));
    ASSERT_TRUE(heir->poll(10)->assigned.empty());
  }
  ASSERT_FALSE(commit_now(*borrower, std::move(joint)));
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(lender->poll(10));
    return !heir->poll(10)->assigned.empty();
  }));
}

TEST_P(EventLogContract, ALenderMayUseTheLoanItself) {
  append(three_events());
  two_services s{log_};
  log_transaction own{{put(trades0, "k", "own")}, {}, {}, {s.lender->lend({{events0, 2}}, {})}};
  ASSERT_FALSE(commit_now(*s.lender, std::move(own)));
  EXPECT_EQ(*log_->committed("upper", events0), 2);
  EXPECT_EQ(values_of(read_when_there(trades0, 1)), (strings{"own"}));
}

TEST_P(EventLogContract, SeveralMembersLendToOneTransaction) {
  append(three_events());
  append({put(trades0, "k", "1"), put(trades0, "k", "2")});
  two_services s{log_};
  auto last = must_join(*log_, "last", "a", {topic::schwab_commands});
  poll_changes(*last, 4, 0);
  log_transaction joint{{put(commands0, "k", "joint")}, {}, {commands0}, {}};
  joint.lent = {s.lender->lend({{events0, 2}}, {}), s.borrower->lend({{trades0, 1}}, {})};
  ASSERT_FALSE(commit_now(*last, std::move(joint)));
  EXPECT_EQ(*log_->committed("upper", events0), 2);
  EXPECT_EQ(*log_->committed("lower", trades0), 1);
  // One zombie among the lenders is enough.
  log_transaction late{{put(commands0, "k", "late")}, {}, {commands0}, {}};
  late.lent = {s.lender->lend({{events0, 3}}, {}), s.borrower->lend({{trades0, 2}}, {})};
  auto younger = must_join(*log_, "lower", "a", {topic::onchain_trades});
  if (!GetParam().embedded) poll_until(*younger, 1);
  ASSERT_TRUE(commit_now(*last, std::move(late)));
  EXPECT_EQ(*log_->committed("upper", events0), 2);
  EXPECT_EQ(*log_->committed("lower", trades0), 1);
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), (strings{"joint"}));
}

TEST_P(EventLogContract, ALoanThatIsDroppedHoldsNothingUp) {
  append(three_events());
  auto lender = must_join(*log_, "upper", "b", {topic::blockchain_events});
  poll_until(*lender, 2);
  auto loan = lender->lend({{events0, 2}}, {});
  auto heir = must_join(*log_, "upper", "a", {topic::blockchain_events});
  ASSERT_TRUE(lender->poll(10));
  ASSERT_TRUE(heir->poll(10)->empty());
  loan.reset();
  std::vector<std::string> got;
  EXPECT_TRUE(eventually([&] {
    EXPECT_TRUE(lender->poll(10));
    for (auto& value : values_of(heir->poll(10)->records)) got.push_back(std::move(value));
    return got.size() == 3;
  }));
  EXPECT_EQ(got, (strings{"1", "2", "3"}));
}

}  // namespace
}  // namespace hedgerow::test
