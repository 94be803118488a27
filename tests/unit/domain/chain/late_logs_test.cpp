#include "actors/domain/chain/late_logs.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;
using admission = late_logs::admission;

raw_evm_log log_of(std::uint64_t block, std::uint64_t index, unsigned char branch = 1) {
  raw_evm_log log;
  log.ref.block_number = block;
  log.ref.block_hash.value.fill(branch);
  log.ref.log_index = index;
  return log;
}

blockchain_event booked(const raw_evm_log& log) {
  blockchain_event event;
  event.log = log;
  return event;
}

TEST(LateLogs, AreAskedForOncePerHeight) {
  late_logs late{2, 2};
  EXPECT_EQ(late.add(log_of(5, 0)), admission::first_of_height);
  EXPECT_EQ(late.add(log_of(5, 0)), admission::known);
  EXPECT_EQ(late.add(log_of(5, 0, 2)), admission::one_more) << "of another branch";
  EXPECT_EQ(late.add(log_of(5, 1)), admission::full) << "more than two of a height";
  EXPECT_EQ(late.add(log_of(6, 0)), admission::first_of_height);
  EXPECT_EQ(late.add(log_of(7, 0)), admission::full) << "more than two heights";
  EXPECT_EQ(late.heights(), 2U);
  EXPECT_EQ(late.at(5).size(), 2U);
  EXPECT_TRUE(late.at(7).empty());
}

TEST(LateLogs, AHeaderRefutesTheLogsOfOtherBlocksOfItsHeight) {
  late_logs late{8, 8};
  for (const auto& log : {log_of(5, 0), log_of(5, 1, 2), log_of(6, 0, 2)}) (void)late.add(log);
  EXPECT_TRUE(late.refute_all_but(5, log_of(5, 0).ref.block_hash));
  ASSERT_EQ(late.at(5).size(), 1U);
  EXPECT_EQ(late.at(5).front(), log_of(5, 0));
  EXPECT_FALSE(late.refute_all_but(5, log_of(5, 0).ref.block_hash));
  EXPECT_TRUE(late.waits_at(6));
  EXPECT_TRUE(late.refute_all_but(6, log_of(6, 0).ref.block_hash));
  EXPECT_FALSE(late.waits_at(6)) << "none is left there";
}

TEST(LateLogs, WhatTheWindowHasIsForgottenAndWhatLiesBelowItIsTold) {
  late_logs late{8, 8};
  for (const auto& log : {log_of(2, 0), log_of(5, 0), log_of(5, 1), log_of(6, 0, 2)}) (void)late.add(log);
  reorg_window window{10};
  window.dropped_below(3);
  ASSERT_EQ(window.accept(booked(log_of(5, 0))), evm_log_verdict::fresh);
  ASSERT_EQ(window.accept(booked(log_of(6, 3))), evm_log_verdict::fresh);
  const auto below = late.settle(window);
  ASSERT_EQ(below.size(), 1U);
  EXPECT_EQ(below.front(), log_of(2, 0));
  EXPECT_FALSE(late.waits_at(2));
  ASSERT_EQ(late.at(5).size(), 1U);
  EXPECT_EQ(late.at(5).front(), log_of(5, 1));
  EXPECT_TRUE(late.waits_at(6)) << "the header decides between two blocks";
  late.forget(log_of(5, 1).ref);
  EXPECT_FALSE(late.waits_at(5));
}

TEST(LateLogs, AreOverdueWhenTheNodeWasAskedForLong) {
  late_logs late{8, 8};
  for (const auto& log : {log_of(5, 0), log_of(5, 1), log_of(6, 0)}) (void)late.add(log);
  late.asked(5, 40s);
  late.asked(6, 10s);
  late.asked(9, 90s);
  EXPECT_TRUE(late.newly_overdue(60s).empty());
  EXPECT_EQ(late.longest_overdue(60s), std::nullopt);
  late.asked(5, 20s);
  EXPECT_EQ(late.newly_overdue(60s).size(), 2U);
  EXPECT_TRUE(late.newly_overdue(60s).empty()) << "each once";
  EXPECT_EQ(late.longest_overdue(60s), log_of(5, 0).ref) << "as long as it waits";
  EXPECT_EQ(late_logs(8, 8).longest_overdue(0s), std::nullopt);
}

}  // namespace
}  // namespace hedgerow::domain
