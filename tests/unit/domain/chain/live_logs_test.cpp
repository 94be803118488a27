#include "actors/domain/chain/live_logs.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using tellers = std::set<std::size_t>;

raw_evm_log a_log(std::uint64_t block, std::uint64_t index = 0, unsigned char mark = 1) {
  raw_evm_log log;
  log.ref.block_number = block;
  log.ref.log_index = index;
  log.data = bytes(32, mark);
  return log;
}

bool any(const raw_evm_log&) { return true; }

TEST(LiveLogs, WhatAQuorumReadIsForgotten) {
  live_logs live{2};
  live.told(0, a_log(5));
  EXPECT_EQ(live.unconfirmed(), 1U);
  EXPECT_TRUE(live.compare(1, 9, any, {a_log(5)}).empty());
  EXPECT_EQ(live.unconfirmed(), 0U);
  EXPECT_TRUE(live.compare(1, 9, any, {}).empty()) << "it was compared already";
}

TEST(LiveLogs, AllWhoToldALogThatIsMissingAreNamed) {
  live_logs live{2};
  for (const auto& endpoint : {0U, 2U, 0U}) live.told(endpoint, a_log(5));
  EXPECT_EQ(live.unconfirmed(), 0U) << "a quorum told it";
  const auto missing = live.compare(5, 5, any, {});
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].by, (tellers{0, 2}));
}

TEST(LiveLogs, TwoLogsOfOnePlaceAreTwo) {
  for (const bool invented_first : {true, false}) {
    live_logs live{2};
    live.told(0, a_log(5, 3, invented_first ? 9 : 1));
    live.told(1, a_log(5, 3, invented_first ? 1 : 9));
    live.told(2, a_log(5, 3, 1));
    EXPECT_EQ(live.unconfirmed(), 1U);
    const auto missing = live.compare(5, 5, any, {a_log(5, 3, 1)});
    ASSERT_EQ(missing.size(), 1U);
    EXPECT_EQ(missing[0].by, tellers{invented_first ? 0U : 1U});
  }
}

TEST(LiveLogs, OnlyWhatWasAskedForIsCompared) {
  live_logs live{2};
  for (const auto& block : {4U, 5U, 6U, 7U}) live.told(0, a_log(block));
  const auto only_six = [](const raw_evm_log& log) { return log.ref.block_number == 6; };
  EXPECT_EQ(live.compare(5, 6, only_six, {}).size(), 1U);
  EXPECT_EQ(live.unconfirmed(), 3U);
}

TEST(LiveLogs, WhatCouldNotBeLookedAtIsComparedAgain) {
  live_logs live{2};
  live.told(0, a_log(5));
  const auto missing = live.compare(5, 5, any, {});
  ASSERT_EQ(missing.size(), 1U);
  live.told(1, a_log(5));
  live.keep(missing[0]);
  const auto again = live.compare(5, 5, any, {});
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].by, (tellers{0, 1}));
}

TEST(LiveLogs, IsBounded) {
  live_logs live{2};
  for (std::uint64_t block = 1; block <= 10'001; ++block) live.told(0, a_log(block));
  EXPECT_EQ(live.unconfirmed(), 10'000U);
  EXPECT_EQ(live.compare(1, 1, any, {}).size(), 0U) << "the oldest went";
  EXPECT_EQ(live.compare(2, 2, any, {}).size(), 1U);
}

TEST(LiveLogs, OneThatTellsTooMuchPushesItsOwnOut) {
  live_logs live{2};
  for (std::uint64_t index = 0; index < 10'000; ++index) live.told(0, a_log(1'000'000'000, index));
  live.told(1, a_log(5));
  EXPECT_EQ(live.compare(5, 5, any, {}).size(), 1U);
}

}  // namespace
}  // namespace hedgerow::domain
