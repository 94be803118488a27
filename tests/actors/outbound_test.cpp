// What goes into a transaction and when, without a log: nothing is lost, nothing goes twice, offsets only ascend.
#include "actors/bridges/outbound.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace hedgerow::bridges {
namespace {

using verdict = outbound::verdict;

constexpr topic_partition at(std::uint32_t p) { return {topic::onchain_trades, p}; }

TEST(Outbound, OffsetsOfIgnoredRecordsWaitForCompanyOrForTheirTime) {
  outbound o{3};
  EXPECT_EQ(o.next(), verdict::nothing);
  o.read(at(0), 1);
  o.skipped();
  EXPECT_EQ(o.next(), verdict::wait_for_more);
  o.read(at(0), 2);
  o.skipped();
  EXPECT_EQ(o.next(), verdict::wait_for_more);
  o.read(at(0), 3);
  o.skipped();
  EXPECT_EQ(o.next(), verdict::commit) << "there are enough of them";
  EXPECT_EQ(o.take().offsets.size(), 1U);
  EXPECT_EQ(o.next(), verdict::nothing);
  o.read(at(0), 4);
  o.skipped();
  o.stop_waiting();
  EXPECT_EQ(o.next(), verdict::commit);
}

TEST(Outbound, AHandledRecordASteplessDemandAndAnOutputAreEachATransaction) {
  for (int what = 0; what < 3; ++what) {
    outbound o{100};
    if (what == 0) o.handled();
    if (what == 1) o.demand();
    if (what == 2) o.append({at(1), "k", "v"});
    EXPECT_EQ(o.next(), verdict::commit) << what;
    std::ignore = o.take();
    EXPECT_EQ(o.next(), verdict::nothing) << what;
  }
}

TEST(Outbound, WhateverHappensEachRecordGoesOnceInOrderWithTheNewestOffsets) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    std::mt19937 random{seed};
    outbound o{1 + random() % 5};
    std::map<topic_partition, std::int64_t> read;  // newest offset since the last transaction
    std::map<topic_partition, std::int64_t> committed;
    std::vector<std::string> appended;
    std::vector<std::string> written;
    std::map<topic_partition, std::int64_t> next;
    int number = 0;
    for (int i = 0; i < 200; ++i) {
      const auto source = at(static_cast<std::uint32_t>(random() % 3));
      switch (random() % 6) {
        case 0:
        case 1:
          read[source] = ++next[source];
          o.read(source, next[source]);
          random() % 2 == 0 ? o.handled() : o.skipped();
          break;
        case 2: {
          std::vector<outgoing> step;
          for (auto records = 1 + random() % 3; records > 0; --records) {
            appended.push_back(std::to_string(++number));
            step.push_back({source, "k", appended.back()});
          }
          if (random() % 2 == 0)
            o.append_all(std::move(step));
          else
            for (auto& r : step) o.append(std::move(r));
          o.depend_on(source);
          o.depend_on(source);
          break;
        }
        case 3:
          o.forget(source);
          read.erase(source);
          break;
        case 4: o.stop_waiting(); break;
        default: {
          const bool wanted = o.next() == verdict::commit;
          EXPECT_TRUE(wanted || o.records() == 0);
          if (!wanted) break;
          const auto t = o.take();
          for (const auto& r : t.records) written.push_back(*r.value);
          std::map<topic_partition, std::int64_t> moved;
          for (const auto& offset : t.offsets) {
            EXPECT_TRUE(moved.emplace(offset.from, offset.next).second) << "seed " << seed;
            EXPECT_GT(offset.next, std::exchange(committed[offset.from], offset.next)) << "seed " << seed;
          }
          EXPECT_EQ(moved, read) << "seed " << seed;
          EXPECT_LE(t.owned.size(), 3U) << "each partition once";
          read.clear();
          EXPECT_EQ(o.next(), verdict::nothing);
        }
      }
    }
    const auto rest = o.take();
    for (const auto& r : rest.records) written.push_back(*r.value);
    EXPECT_EQ(written, appended) << "seed " << seed;
  }
}

}  // namespace
}  // namespace hedgerow::bridges
