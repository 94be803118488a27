// Compaction and retention, by the topics table, when maintain() is called: for logs that do it themselves.
#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using strings = std::vector<std::string>;

TEST_P(EventLogContract, CompactionKeepsTheNewestOfEachKeyAndTheOffsets) {
  for (int i = 0; i < 50; ++i) append({put(updates0, "A", std::to_string(i)), put(updates0, "B", std::to_string(i))});
  append({tombstone(updates0, "B")});
  const auto before = *log_->changelog(updates0);
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(offsets_of(*log_->read(updates0, 0, 1000)), (std::vector<std::int64_t>{98, 100}));
  EXPECT_EQ(values_of(*log_->changelog(updates0)), values_of(before));

  // The tombstone goes when its time has come; the end stays.
  subject_->clock.advance(std::chrono::hours{25});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(offsets_of(*log_->read(updates0, 0, 1000)), (std::vector<std::int64_t>{98}));
  EXPECT_EQ(*log_->end_offset(updates0), 101);
  append({put(updates0, "B", "new")});
  EXPECT_EQ(offsets_of(*log_->read(updates0, 99, 10)), (std::vector<std::int64_t>{101}));
  EXPECT_EQ(values_of(*log_->changelog(updates0)), (strings{"49", "new"}));
}

TEST_P(EventLogContract, AConsumerStepsOverWhatCompactionTook) {
  for (int i = 0; i < 20; ++i) append({put(updates0, "A", std::to_string(i))});
  append({tombstone(updates0, "A")});
  subject_->clock.advance(std::chrono::hours{25});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  append({put(updates0, "A", "after")});
  auto member = must_join(*log_, "g", "i", {topic::position_updates});
  const auto rest = poll_until(*member, 1);
  EXPECT_EQ(values_of(rest.records), (strings{"after"}));
  EXPECT_EQ(rest.records[0].offset, 21);
}

TEST_P(EventLogContract, CompactionTakesNothingThatAGroupHasNotRead) {
  auto member = must_join(*log_, "g", "i", {topic::position_updates});
  for (int i = 0; i < 20; ++i) append({put(updates0, "A", std::to_string(i))});
  poll_until(*member, 20);
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(log_->read(updates0, 0, 100)->size(), 20U) << "nothing is committed yet";

  ASSERT_FALSE(commit_now(*member, {{}, {{updates0, 15}}}));
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(offsets_of(*log_->read(updates0, 0, 100)), (std::vector<std::int64_t>{15, 16, 17, 18, 19}));
  member.reset();
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  member = must_join(*log_, "g", "i", {topic::position_updates});
  EXPECT_EQ(values_of(poll_until(*member, 5).records), (strings{"15", "16", "17", "18", "19"}));
}

TEST_P(EventLogContract, AHaltIsReadAlthoughAnotherDecisionFollowsBeforeAnybodyReads) {
  const topic_partition decisions{topic::control_events, 0};
  append({put(decisions, "AAPL", "halt")});
  append({put(decisions, "AAPL", "adopt_order")});
  subject_->clock.advance(std::chrono::days{400});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  auto member = must_join(*log_, "accumulator", "i", {topic::control_events});
  EXPECT_EQ(values_of(poll_until(*member, 2).records), (strings{"halt", "adopt_order"}));
}

TEST_P(EventLogContract, ACommandIsReadHoweverLongNobodyWasThere) {
  append({put(commands0, "AAPL:1", "buy")});
  subject_->clock.advance(std::chrono::days{400});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  auto member = must_join(*log_, "execution", "i", {topic::schwab_commands});
  EXPECT_EQ(values_of(poll_until(*member, 1).records), (strings{"buy"}));
}

TEST_P(EventLogContract, TheNewestLoginStaysHoweverOldItBecomes) {
  const topic_partition logins{topic::token_updates, 0};
  append({put(logins, "singleton", "first")});
  append({put(logins, "singleton", "newest")});
  subject_->clock.advance(std::chrono::days{400});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(values_of(*log_->read(logins, 0, 10)), (strings{"newest"}));
  EXPECT_EQ(values_of(*log_->changelog(logins)), (strings{"newest"}));
}

TEST_P(EventLogContract, RetentionTakesOldRecordsAndLeavesTheRest) {
  append({put(prices0, "a", "old"), put(trades0, "a", "kept forever")});
  subject_->clock.advance(std::chrono::days{20});
  append({put(prices0, "a", "young")});
  subject_->clock.advance(std::chrono::days{15});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(values_of(*log_->read(prices0, 0, 10)), (strings{"young"}));
  EXPECT_EQ(log_->read(trades0, 0, 10)->size(), 1U);

  // An emptied partition goes on counting.
  subject_->clock.advance(std::chrono::days{40});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_TRUE(log_->read(prices0, 0, 10)->empty());
  EXPECT_EQ(*log_->end_offset(prices0), 2);
  auto member = must_join(*log_, "g", "i", {topic::pyth_prices});
  append({put(prices0, "a", "new")});
  EXPECT_EQ(offsets_of(poll_until(*member, 1).records), (std::vector<std::int64_t>{2}));

  // A group that has read to here keeps what comes after, however old it becomes.
  ASSERT_FALSE(commit_now(*member, {{}, {{prices0, 3}}}));
  member.reset();
  append({put(prices0, "a", "unread")});
  subject_->clock.advance(std::chrono::days{40});
  ASSERT_TRUE(log_->maintain(subject_->clock.now()));
  EXPECT_EQ(values_of(*log_->read(prices0, 0, 10)), (strings{"unread"}));
}

}  // namespace
}  // namespace hedgerow::test
