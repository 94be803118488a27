// What a failed call says. The desk decides from it whether an order may exist, so the claim has to be true.
#include "tests/contract/broker_api/broker_api_contract.hpp"

namespace hedgerow::test {
namespace {

/// The one rule that matters: an order reported as not processed is not in the broker's book.
TEST_P(BrokerApiContract, TheClaimAboutAFailedPlacementIsTrue) {
  struct row {
    const char* what;
    mishap how;
    broker_failure kind;
    bool in_book;
  };
  const row rows[] = {
      {"lost request", mishap::lost_request, broker_failure::no_answer, false},
      {"lost answer", mishap::lost_answer, broker_failure::no_answer, true},
      {"broken off", mishap::broken_off, broker_failure::no_answer, true},
      {"error before", mishap::error_before, broker_failure::server_error, false},
      {"error after", mishap::error_after, broker_failure::server_error, true},
      {"throttled", mishap::throttled, broker_failure::throttled, false},
      {"unauthorized", mishap::unauthorized, broker_failure::unauthorized, false},
  };
  int seen = 0;
  for (const auto& r : rows) {
    if (!can_.placements.contains(r.how)) continue;
    ++seen;
    const auto before = all_orders().size();
    subject_->spoil_placement(r.how);
    const auto placed = place(side::sell, 1);
    subject_->recover();
    ASSERT_FALSE(placed) << r.what;
    EXPECT_EQ(placed.error().kind, r.kind) << r.what << ": " << placed.error().detail;
    EXPECT_EQ(placed.error().retry_after.count() > 0, r.how == mishap::throttled) << r.what;
    if (r.how == mishap::throttled) {
      EXPECT_EQ(placed.error().retry_after, asked_to_wait);
    }
    EXPECT_EQ(all_orders().size(), before + (r.in_book ? 1U : 0U)) << r.what;
  }
  if (seen == 0) GTEST_SKIP() << "by design: no placement of the subject's fails";
  EXPECT_TRUE(place(side::sell, 1)) << "one mishap is one placement's";
}

TEST_P(BrokerApiContract, APlacementWhoseAnswerDoesNotSayTheIdIsFoundInTheList) {
  int seen = 0;
  for (const auto how : {mishap::no_id, mishap::garbage}) {
    if (!can_.placements.contains(how)) continue;
    ++seen;
    const auto before = all_orders().size();
    subject_->spoil_placement(how);
    const auto placed = place(side::buy, 2);
    subject_->recover();
    ASSERT_TRUE(placed) << placed.error().detail;
    EXPECT_FALSE(placed->order);
    EXPECT_EQ(all_orders().size(), before + 1);
  }
  if (seen == 0) GTEST_SKIP() << "by design: the subject always says the id";
}

TEST_P(BrokerApiContract, AFailedQuestionSaysWhy) {
  const std::pair<mishap, broker_failure> rows[] = {{mishap::error_before, broker_failure::server_error},
                                                    {mishap::throttled, broker_failure::throttled},
                                                    {mishap::unauthorized, broker_failure::unauthorized},
                                                    {mishap::garbage, broker_failure::malformed},
                                                    {mishap::broken_off, broker_failure::no_answer}};
  int seen = 0;
  const auto id = must_place(side::buy, 1);
  for (const auto& [how, kind] : rows) {
    if (!can_.questions.contains(how)) continue;
    ++seen;
    for (const auto next : {question::order, question::list, question::position}) {
      const auto what = std::to_string(static_cast<int>(how)) + " " + std::to_string(static_cast<int>(next));
      subject_->spoil(next, how);
      const auto failed = failure_of(next, id);
      subject_->recover();
      ASSERT_TRUE(failed) << what;
      EXPECT_EQ(failed->kind, kind) << what << ": " << failed->detail;
      if (how == mishap::throttled) {
        EXPECT_EQ(failed->retry_after, asked_to_wait) << what;
      }
      EXPECT_FALSE(failure_of(next, id)) << what;
    }
  }
  if (seen == 0) GTEST_SKIP() << "by design: no question of the subject's fails";
}

TEST_P(BrokerApiContract, AnOrderThatIsNotFoundYetIsThereAllTheSame) {
  if (!can_.questions.contains(mishap::not_found_yet)) GTEST_SKIP() << "by design: the subject finds an order at once";
  const auto id = must_place(side::buy, 1);
  subject_->spoil(question::order, mishap::not_found_yet);
  const auto order = get(id);
  subject_->recover();
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().kind, broker_failure::not_found);
  EXPECT_EQ(all_orders().size(), 1U);
  EXPECT_TRUE(get(id));
}

}  // namespace
}  // namespace hedgerow::test
