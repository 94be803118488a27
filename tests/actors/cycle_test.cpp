// A batch through its entities, without any: whatever they answer, each record is handled or given up exactly once, in
// order.
#include "actors/bridges/cycle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace hedgerow::bridges {
namespace {

using next_step = cycle::next_step;

record numbered(const std::string& key, std::int64_t offset) {
  return {{topic::onchain_trades, 0}, offset, {}, key, std::nullopt};
}

std::vector<std::int64_t> offsets_of(const protocol::slice_ptr& part) {
  std::vector<std::int64_t> out;
  for (const auto& r : part->records) out.push_back(r.offset);
  return out;
}

TEST(Cycle, AnEntityGetsAllOfItsRecordsAtOnceAndAfterAFailureOneByOne) {
  cycle c;
  c.begin(false);
  for (const std::int64_t offset : {3, 5, 8}) c.add("AAPL", numbered("AAPL", offset));
  c.add("TSLA", numbered("TSLA", 4));
  ASSERT_TRUE(c.start());
  ASSERT_EQ(c.size(), 2U);
  EXPECT_EQ(offsets_of(c.part_to_send(0)), (std::vector<std::int64_t>{3, 5, 8}));
  EXPECT_EQ(c.failed(0, 3).next, next_step::send);
  EXPECT_EQ(offsets_of(c.part_to_send(0)), std::vector<std::int64_t>{3});
  EXPECT_EQ(c.answered(0), next_step::send);
  EXPECT_EQ(offsets_of(c.part_to_send(0)), std::vector<std::int64_t>{5});
  EXPECT_EQ(c.answered(1), next_step::end_job);
  EXPECT_FALSE(c.end_job());
  EXPECT_TRUE(c.running());
}

TEST(Cycle, ABatchForNobodyDoesNotRun) {
  cycle c;
  c.begin(false);
  EXPECT_FALSE(c.start());
  EXPECT_FALSE(c.running());
}

TEST(Cycle, ARecordThatWasHandedOverIsNeverGivenUp) {
  cycle c;
  c.begin(true);
  for (const std::int64_t offset : {1, 2, 3}) c.add("AAPL", numbered("AAPL", offset));
  ASSERT_TRUE(c.start());
  EXPECT_EQ(c.failed(0, 2).next, next_step::send);
  EXPECT_EQ(c.failed(0, 2).next, next_step::send_later);
  EXPECT_FALSE(c.works()) << "all that is left waits for the pause";
  c.resumed();
  const auto last = c.failed(0, 2);
  EXPECT_EQ(last.next, next_step::end_job);
  EXPECT_EQ(last.given_up, nullptr);
  EXPECT_TRUE(c.abandoned(0));
  EXPECT_TRUE(c.end_job());
}

/// One batch whose entities answer, fail and postpone at random. A bad record fails always, another one only because of
/// the records that it is sent with.
class random_batch {
 public:
  explicit random_batch(unsigned seed) : random_{seed} {
    handed_over_ = random_() % 3 == 0;
    tries_ = static_cast<std::uint32_t>(1 + random_() % 4);
    cycle_.begin(handed_over_);
    const std::vector<std::string> keys{"AAPL", "TSLA", "NVDA"};
    const auto records = static_cast<std::int64_t>(1 + random_() % 12);
    for (std::int64_t offset = 0; offset < records; ++offset) {
      const auto& key = keys[random_() % keys.size()];
      sent_[key].push_back(offset);
      if (random_() % 4 == 0) bad_.insert(offset);
      cycle_.add(key, numbered(key, offset));
    }
    started_ = cycle_.start();
    for (std::size_t i = 0; i < cycle_.size(); ++i) busy_.push_back(i);
  }

  void run() {
    ASSERT_TRUE(started_);
    for (int steps = 0; cycle_.running(); ++steps) {
      ASSERT_LT(steps, 2'000);
      EXPECT_EQ(cycle_.works(), !busy_.empty());
      step();
    }
    EXPECT_TRUE(ended_);
  }

  void check() {
    for (const auto& [offset, count] : failures_) EXPECT_LE(count, tries_);
    for (std::size_t i = 0; i < cycle_.size(); ++i) {
      const auto& key = cycle_.at(i).key;
      auto expected = sent_[key];
      // What was handed over ends before its first bad record, which comes from the log with all after it.
      if (handed_over_)
        expected.erase(std::find_if(expected.begin(), expected.end(), [&](auto o) { return bad_.contains(o); }),
                       expected.end());
      EXPECT_EQ(settled_[key], expected);
      EXPECT_EQ(cycle_.abandoned(i), handed_over_ && expected.size() < sent_[key].size());
    }
    EXPECT_EQ(given_up_, handed_over_ ? std::set<std::int64_t>{} : bad_);
  }

 private:
  void step() {
    const bool resume = busy_.empty() || (!pausing_.empty() && random_() % 2 == 0);
    auto& from = resume ? pausing_ : busy_;
    const auto at = random_() % from.size();
    const auto index = from[at];
    from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
    if (resume) {
      cycle_.resumed();
      busy_.push_back(index);
    } else if (random_() % 5 == 0) {
      cycle_.postponed();
      pausing_.push_back(index);
    } else {
      answer(index);
    }
  }

  void answer(std::size_t index) {
    const auto part = offsets_of(cycle_.part_to_send(index));
    const bool fails = std::any_of(part.begin(), part.end(), [&](auto offset) { return bad_.contains(offset); });
    auto& settled = settled_[cycle_.at(index).key];
    auto next = next_step::end_job;
    if (fails) {
      next = fail(index, part.front(), settled);
    } else {
      settled.insert(settled.end(), part.begin(), part.end());
      next = cycle_.answered(index);
    }
    if (next == next_step::send) busy_.push_back(index);
    if (next == next_step::send_later) pausing_.push_back(index);
    if (next == next_step::end_job) ended_ = cycle_.end_job();
  }

  next_step fail(std::size_t index, std::int64_t first, std::vector<std::int64_t>& settled) {
    if (cycle_.at(index).one_by_one) ++failures_[first];
    const auto failure = cycle_.failed(index, tries_);
    if (failure.given_up != nullptr) {
      EXPECT_EQ(failure.attempts, tries_);
      EXPECT_TRUE(given_up_.insert(failure.given_up->offset).second);
      settled.push_back(failure.given_up->offset);
    }
    return failure.next;
  }

  std::mt19937 random_;
  bool handed_over_ = false;
  bool started_ = false;
  bool ended_ = false;
  std::uint32_t tries_ = 0;
  cycle cycle_;
  std::map<std::string, std::vector<std::int64_t>> sent_;
  std::map<std::string, std::vector<std::int64_t>> settled_;
  std::set<std::int64_t> bad_;
  std::set<std::int64_t> given_up_;
  std::map<std::int64_t, std::uint32_t> failures_;
  std::vector<std::size_t> busy_;
  std::vector<std::size_t> pausing_;
};

TEST(Cycle, WhateverTheEntitiesDoEachRecordIsHandledOrGivenUpOnceAndInOrder) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    random_batch batch{seed};
    batch.run();
    batch.check();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace hedgerow::bridges
