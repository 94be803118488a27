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

/// Entities that answer, fail and postpone at random. A bad record fails always, another one only by accident of its
/// company.
TEST(Cycle, WhateverTheEntitiesDoEachRecordIsHandledOrGivenUpOnceAndInOrder) {
  const std::vector<std::string> keys{"AAPL", "TSLA", "NVDA"};
  for (unsigned seed = 1; seed <= 500; ++seed) {
    std::mt19937 random{seed};
    const bool handed_over = random() % 3 == 0;
    const auto tries = static_cast<std::uint32_t>(1 + random() % 4);
    cycle c;
    c.begin(handed_over);
    std::map<std::string, std::vector<std::int64_t>> sent;
    std::set<std::int64_t> bad;
    const auto records = static_cast<std::int64_t>(1 + random() % 12);
    for (std::int64_t offset = 0; offset < records; ++offset) {
      const auto& key = keys[random() % keys.size()];
      sent[key].push_back(offset);
      if (random() % 4 == 0) bad.insert(offset);
      c.add(key, numbered(key, offset));
    }
    ASSERT_TRUE(c.start());

    std::map<std::string, std::vector<std::int64_t>> settled;
    std::set<std::int64_t> given_up;
    std::map<std::int64_t, std::uint32_t> failures;
    std::vector<std::size_t> busy;
    std::vector<std::size_t> pausing;
    for (std::size_t i = 0; i < c.size(); ++i) busy.push_back(i);
    bool ended = false;
    for (int steps = 0; c.running(); ++steps) {
      ASSERT_LT(steps, 2'000) << "seed " << seed;
      EXPECT_EQ(c.works(), !busy.empty()) << "seed " << seed;
      const bool resume = busy.empty() || (!pausing.empty() && random() % 2 == 0);
      auto& from = resume ? pausing : busy;
      const auto at = random() % from.size();
      const auto index = from[at];
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(at));
      if (resume) {
        c.resumed();
        busy.push_back(index);
        continue;
      }
      if (random() % 5 == 0) {
        c.postponed();
        pausing.push_back(index);
        continue;
      }
      const auto part = offsets_of(c.part_to_send(index));
      const auto& key = c.at(index).key;
      const bool fails = std::any_of(part.begin(), part.end(), [&](auto offset) { return bad.contains(offset); });
      auto next = next_step::end_job;
      if (fails) {
        if (c.at(index).one_by_one) ++failures[part.front()];
        const auto failure = c.failed(index, tries);
        next = failure.next;
        if (failure.given_up != nullptr) {
          EXPECT_EQ(failure.attempts, tries) << "seed " << seed;
          EXPECT_TRUE(given_up.insert(failure.given_up->offset).second) << "seed " << seed;
          settled[key].push_back(failure.given_up->offset);
        }
      } else {
        settled[key].insert(settled[key].end(), part.begin(), part.end());
        next = c.answered(index);
      }
      if (next == next_step::send) busy.push_back(index);
      if (next == next_step::send_later) pausing.push_back(index);
      if (next == next_step::end_job) ended = c.end_job();
    }
    EXPECT_TRUE(ended) << "seed " << seed;
    for (const auto& [offset, count] : failures) EXPECT_LE(count, tries) << "seed " << seed;
    for (std::size_t i = 0; i < c.size(); ++i) {
      const auto& key = c.at(i).key;
      auto expected = sent[key];
      // What was handed over ends before its first bad record, which comes from the log with all after it.
      if (handed_over)
        expected.erase(std::find_if(expected.begin(), expected.end(), [&](auto o) { return bad.contains(o); }),
                       expected.end());
      EXPECT_EQ(settled[key], expected) << "seed " << seed;
      EXPECT_EQ(c.abandoned(i), handed_over && expected.size() < sent[key].size()) << "seed " << seed;
    }
    EXPECT_EQ(given_up, handed_over ? std::set<std::int64_t>{} : bad) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hedgerow::bridges
