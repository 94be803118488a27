// Order, limits, reading, changelogs.
#include <random>

#include "tests/contract/event_log/event_log_contract.hpp"

namespace hedgerow::test {
namespace {

using strings = std::vector<std::string>;

/// Bytes that no compression makes smaller.
std::string noise(std::size_t size) {
  std::mt19937_64 random{7};
  std::string out(size, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

TEST_P(EventLogContract, KeepsOrderAndNumbersEachPartition) {
  const topic_partition trades1{topic::onchain_trades, 1};
  append({put(trades0, "a", "1"), put(trades1, "b", "x"), put(trades0, "a", "2")});
  append({put(trades0, "c", "3"), put(trades1, "b", "y")});
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  const auto batch = poll_until(*member, 5);
  EXPECT_EQ(batch.assigned.size(), 4U);
  std::vector<record> first, second;
  for (const auto& r : batch.records) (r.from == trades0 ? first : second).push_back(r);
  EXPECT_EQ(values_of(first), (strings{"1", "2", "3"}));
  expect_offsets(first, {0, 1, 2});
  EXPECT_EQ(values_of(second), (strings{"x", "y"}));
  EXPECT_EQ(first[0].key, "a");
  EXPECT_EQ(first[2].recorded_at, subject_->clock.now());
  expect_end(trades0, 3);
  EXPECT_EQ(*log_->end_offset({topic::onchain_trades, 2}), 0);
}

TEST_P(EventLogContract, PollKeepsToItsLimitAndGoesOnWhereItStopped) {
  std::vector<outgoing> many;
  for (int i = 0; i < 25; ++i)
    many.push_back(put({topic::onchain_trades, i % 2 == 0 ? 0U : 3U}, "k", std::to_string(i)));
  append(std::move(many));
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  const auto batch = poll_until(*member, 25, 4);
  ASSERT_EQ(batch.records.size(), 25U);
  std::map<topic_partition, std::int64_t> next;
  for (const auto& r : batch.records) EXPECT_EQ(r.offset, next[r.from]++);
  EXPECT_TRUE(eventually([&] { return member->poll(4)->empty(); }));
}

TEST_P(EventLogContract, ReadBringsWhatIsCommittedFromAnyOffset) {
  append({put(trades0, "a", ""), put(trades0, "", "1"), tombstone(trades0, "a")});
  append({put(trades0, std::string("k\0z", 3), std::string("\0\xff", 2))});
  const auto all = read_when_there(trades0, 4);
  EXPECT_EQ(values_of(all), (strings{"", "1", "<tombstone>", std::string("\0\xff", 2)}));
  EXPECT_EQ(all.back().key, std::string("k\0z", 3));
  EXPECT_EQ(offsets_of(*log_->read(trades0, 1, 2)), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(values_of(read_when_there(trades0, 2, 2)), (strings{"<tombstone>", std::string("\0\xff", 2)}));
  EXPECT_EQ(values_of(read_when_there(trades0, 1, 3)), (strings{std::string("\0\xff", 2)}));
  EXPECT_TRUE(log_->read(trades0, all.back().offset + 1, 9)->empty());
  EXPECT_TRUE(log_->read(trades0, 99, 9)->empty());
  EXPECT_FALSE(log_->read({topic::onchain_trades, 4}, 0, 9)) << "there is no such partition";
}

TEST_P(EventLogContract, RecordsOutliveTheMemberThatBroughtThemAndTheLog) {
  const auto large = noise(200'000);
  append({put(trades0, "a", "1"), tombstone(trades0, "a"), put(trades0, "b", large)});
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  auto batch = poll_until(*member, 3);
  ASSERT_EQ(batch.records.size(), 3U);
  const std::vector<record> kept{batch.records[0], batch.records[2]};
  batch = {};
  member.reset();
  producer_.reset();
  log_.reset();
  subject_.reset();
  EXPECT_EQ(values_of(kept), (strings{"1", large}));
}

TEST_P(EventLogContract, CountTellsHowManyRecordsFollowUpToALimit) {
  append({put(trades0, "a", "1"), put(trades0, "b", "2"), tombstone(trades0, "a")});
  append({put(trades0, "c", "3")});
  ASSERT_EQ(read_when_there(trades0, 4).size(), 4U);
  EXPECT_EQ(log_->count(trades0, 0, 10).value(), 4U);
  EXPECT_EQ(log_->count(trades0, 1, 10).value(), 3U);
  EXPECT_EQ(log_->count(trades0, 0, 2).value(), 2U);
  EXPECT_EQ(log_->count(trades0, log_->end_offset(trades0).value(), 10).value(), 0U);
  EXPECT_EQ(log_->count(updates0, 0, 10).value(), 0U);
  EXPECT_EQ(log_->count(trades0, 3, 10).value(), log_->read(trades0, 3, 10).value().size())
      << "reading is not disturbed";
}

TEST_P(EventLogContract, ChangelogIsTheNewestRecordOfEachKey) {
  append({put(updates0, "AAPL", "1"), put(updates0, "TSLA", "1"), put(updates0, "AAPL", "2")});
  append({put(updates0, "MSFT", "1"), tombstone(updates0, "TSLA"), put(updates0, "MSFT", "2")});
  append({tombstone(updates0, "MSFT"), put(updates0, "MSFT", "3")});
  const auto state = log_->changelog(updates0);
  ASSERT_TRUE(state);
  EXPECT_EQ(values_of(*state), (strings{"2", "3"}));
  expect_offsets(*state, {2, 7});
  EXPECT_TRUE(log_->changelog({topic::position_updates, 1})->empty());
}

/// `offset:bytes` of each record.
std::string sizes_of(const std::vector<record>& records) {
  std::string out;
  for (const auto& r : records)
    out += std::to_string(r.offset) + ":" + std::to_string(r.value.value_or("").size()) + " ";
  return out;
}

TEST_P(EventLogContract, TheLargestRecordComesBackWholeFromWhereverItIsRead) {
  const auto largest = noise(ports::largest_record - 1);
  append({put(trades0, "k", largest), put(trades0, "k", "small"), put(updates0, "k", largest)});
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  // EXPECT_TRUE, not EXPECT_EQ: a difference would print megabytes.
  const auto polled = poll_until(*member, 2).records;
  EXPECT_TRUE(values_of(polled) == (strings{largest, "small"})) << sizes_of(polled);
  const auto found = read_when_there(trades0, 2);
  EXPECT_TRUE(values_of(found) == (strings{largest, "small"})) << sizes_of(found);
  EXPECT_TRUE(values_of(*log_->changelog(updates0)) == strings{largest});
}

TEST_P(EventLogContract, ALargerRecordIsRefusedWithAllThatGoesWithIt) {
  auto member = must_join(*log_, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  const auto failure = commit_now(
      *member, {{put(commands0, "k", "small"), put(updates0, "k", noise(ports::largest_record))}, {{trades0, 1}}});
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, ports::log_errc::record_too_large);
  EXPECT_NE(failure->detail.find("position-updates/0 has 4194305 bytes"), std::string::npos) << failure->detail;
  append({put(commands0, "k", "next")});
  EXPECT_EQ(values_of(read_when_there(commands0, 1)), strings{"next"});
  EXPECT_FALSE(log_->committed("g", trades0)->has_value());
}

}  // namespace
}  // namespace hedgerow::test
