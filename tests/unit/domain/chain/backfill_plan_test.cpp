#include "actors/domain/chain/backfill_plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <set>

#include "forks.hpp"
#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

using namespace std::chrono_literals;

backfill_policy policy_from(std::uint64_t start, std::uint64_t batch = 1000) {
  backfill_policy policy;
  policy.start_block = start;
  policy.max_batch = batch;
  return policy;
}

std::vector<block_range> ranges(std::uint64_t start, std::uint64_t head, std::uint64_t batch = 1000) {
  const auto policy = policy_from(start, batch);
  auto cursor = start_backfill(std::nullopt, policy);
  std::vector<block_range> out;
  for (auto step = plan_backfill(cursor, policy, head); step.action == backfill_action::read;
       step = plan_backfill(cursor, policy, head)) {
    out.push_back(step.range);
    cursor = backfill_read(cursor, policy, step.range, head).value();
  }
  return out;
}

using list = std::vector<block_range>;

TEST(BackfillPlan, BatchesAreInclusiveAndMeetWithoutGap) {
  EXPECT_EQ(ranges(100, 500), (list{{100, 500}}));
  EXPECT_EQ(ranges(100, 1099), (list{{100, 1099}}));
  EXPECT_EQ(ranges(100, 1100), (list{{100, 1099}, {1100, 1100}}));
  EXPECT_EQ(ranges(42, 42), (list{{42, 42}}));
  EXPECT_EQ(ranges(43, 42), list{});
  EXPECT_EQ(ranges(0, 4, 2), (list{{0, 1}, {2, 3}, {4, 4}}));
  EXPECT_EQ(ranges(100, 25'000, 10'000), (list{{100, 10'099}, {10'100, 20'099}, {20'100, 25'000}}));
}

TEST(BackfillPlan, NoOverflowAtTheEndOfTheNumberLine) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  const auto policy = policy_from(most - 3);
  EXPECT_EQ(plan_backfill(start_backfill(std::nullopt, policy), policy, most).range, (block_range{most - 3, most}));
}

TEST(BackfillPlan, StartsBehindTheCheckpointButNotBelowTheStartBlock) {
  auto policy = policy_from(100);
  EXPECT_EQ(start_backfill(std::nullopt, policy).next, 100U);
  EXPECT_EQ(start_backfill(499, policy).next, 500U);
  EXPECT_EQ(start_backfill(5, policy).next, 100U);
  policy.overlap = 64;
  EXPECT_EQ(start_backfill(499, policy).next, 436U);
  EXPECT_EQ(start_backfill(110, policy).next, 100U);
  policy.start_block = 0;
  EXPECT_EQ(start_backfill(10, policy).next, 0U);
}

TEST(BackfillPlan, ANodeThatIsBehindMovesNothing) {
  const auto policy = policy_from(100);
  const auto cursor = start_backfill(499, policy);
  EXPECT_EQ(plan_backfill(cursor, policy, 499).action, backfill_action::caught_up);
  EXPECT_EQ(plan_backfill(cursor, policy, 498).action, backfill_action::wait);
  EXPECT_EQ(plan_backfill(start_backfill(std::nullopt, policy), policy, 7).action, backfill_action::caught_up);
  const auto step = plan_backfill(cursor, policy, 600);
  EXPECT_FALSE(backfill_read(cursor, policy, step.range, 599)) << "an empty answer may be a lie";
  EXPECT_EQ(backfill_read(cursor, policy, step.range, 600)->next, 601U);
}

TEST(BackfillPlan, HalvesDownToOneBlockAndGrowsBackSlowly) {
  auto policy = policy_from(0, 1000);
  policy.grow_after = 3;
  auto cursor = start_backfill(std::nullopt, policy);
  const std::uint64_t head = 1'000'000;
  for (const std::uint64_t expected : {500U, 250U, 125U, 62U, 31U, 15U, 7U, 3U, 1U}) {
    cursor = backfill_too_wide(cursor, plan_backfill(cursor, policy, head).range).value();
    EXPECT_EQ(cursor.batch, expected);
    EXPECT_EQ(cursor.next, 0U);
  }
  EXPECT_FALSE(backfill_too_wide(cursor, plan_backfill(cursor, policy, head).range))
      << "a single block is never skipped";
  std::vector<std::uint64_t> sizes;
  while (cursor.batch < 1000) {
    const auto range = plan_backfill(cursor, policy, head).range;
    sizes.push_back(range.to - range.from + 1);
    cursor = backfill_read(cursor, policy, range, head).value();
    ASSERT_LT(sizes.size(), 100U);
  }
  EXPECT_EQ(sizes.size(), 30U) << "three requests at each of 1, 2, 4, ... 512";
  EXPECT_EQ(sizes[3], 2U);
}

TEST(BackfillPlan, TheHalfIsOfTheRangeThatWasRefused) {
  const auto policy = policy_from(0);
  const auto cursor = start_backfill(std::nullopt, policy);
  EXPECT_EQ(backfill_too_wide(cursor, plan_backfill(cursor, policy, 9).range)->batch, 5U);
}

TEST(BackfillPlan, RewindsToTheLowestOrphan) {
  const backfill_cursor cursor{500, 100, 2};
  EXPECT_EQ(rewind_backfill(cursor, 480).next, 480U);
  EXPECT_EQ(rewind_backfill(cursor, 600).next, 500U);
}

TEST(BackfillPlan, AWidthThatIsRefusedAfterGrowingIsTriedMoreAndMoreRarely) {
  auto policy = policy_from(0, 1000);
  policy.grow_after = 2;
  auto cursor = start_backfill(std::nullopt, policy);
  const std::uint64_t answers = 10;
  int refused = 0;
  int asked = 0;
  while (cursor.next < 20'000) {
    const auto range = plan_backfill(cursor, policy, 1'000'000).range;
    ++asked;
    if (range.to - range.from + 1 <= answers) {
      cursor = backfill_read(cursor, policy, range, 1'000'000).value();
      continue;
    }
    ++refused;
    cursor = backfill_too_wide(cursor, range).value();
  }
  EXPECT_LT(refused, 40);
  EXPECT_LT(asked, 20'000 / 5);
}

TEST(BackfillPlan, ARangeShorterThanTheBatchProvesNothingAboutItsWidth) {
  const auto policy = policy_from(0, 1000);
  backfill_cursor cursor{100, 8};
  for (int i = 0; i < 100; ++i) cursor = backfill_read(cursor, policy, {cursor.next, cursor.next}, 10'000).value();
  EXPECT_EQ(cursor.batch, 8U);
}

TEST(RescanPlan, TheFirstPassIsTheTrailingWindow) {
  auto policy = policy_from(100);
  policy.rescan_blocks = 10;
  const backfill_cursor cursor{500, 1000};
  EXPECT_EQ(plan_rescan({}, cursor, policy, 900, 0ns).left, (block_range{490, 499}));
  EXPECT_EQ(plan_rescan({}, cursor, policy, 495, 0ns).left, (block_range{486, 495}));
  EXPECT_EQ(plan_rescan({}, {104, 1000}, policy, 900, 0ns).left, (block_range{100, 103}));
  EXPECT_FALSE(plan_rescan({}, {100, 1000}, policy, 900, 0ns).left) << "nothing was read yet";
  EXPECT_FALSE(plan_rescan({}, cursor, policy, 99, 0ns).left);
  policy.rescan_blocks = 0;
  EXPECT_FALSE(plan_rescan({}, cursor, policy, 900, 0ns).left);
}

TEST(RescanPlan, IsReadInPiecesOfTheBatchAndBeginsAnewAfterTheInterval) {
  auto policy = policy_from(100);
  policy.rescan_blocks = 10;
  const backfill_cursor cursor{500, 4};
  auto progress = plan_rescan({}, cursor, policy, 900, 1s);
  list pieces;
  while (const auto next = next_rescan(progress, cursor, 900)) {
    pieces.push_back(*next);
    progress = rescan_read(progress, *next);
  }
  EXPECT_EQ(pieces, (list{{490, 493}, {494, 497}, {498, 499}}));
  EXPECT_EQ(progress.complete_to, 499U);
  EXPECT_FALSE(plan_rescan(progress, cursor, policy, 900, 60s).left);
  EXPECT_TRUE(plan_rescan(progress, cursor, policy, 900, 61s).left);
}

TEST(RescanPlan, CoversEverythingReadSinceTheLastCompletePassHoweverFastTheChainIs) {
  auto policy = policy_from(0);
  policy.rescan_blocks = 128;
  const auto progress = plan_rescan({.complete_to = 1000, .left = {}, .begun = 0s}, {1241, 1000}, policy, 1240, 60s);
  EXPECT_EQ(progress.left, (block_range{873, 1240})) << "240 new blocks, and those that were new the last time";
  EXPECT_EQ(lowest_to_rescan(progress, policy), 873U);
  EXPECT_FALSE(lowest_to_rescan({}, policy));
}

TEST(RescanPlan, ANodeThatLagsAndAReorgDoNotEndAPassAsIfItHadBeenRead) {
  auto policy = policy_from(0);
  policy.rescan_blocks = 10;
  const backfill_cursor cursor{500, 4};
  const auto progress = plan_rescan({}, cursor, policy, 499, 0ns);
  EXPECT_FALSE(next_rescan(progress, cursor, 489));
  EXPECT_EQ(next_rescan(progress, cursor, 491), (block_range{490, 491}));
  const auto rewound = plan_rescan(progress, {495, 4}, policy, 499, 1s);
  EXPECT_EQ(rewound.left, (block_range{490, 494}));
  EXPECT_FALSE(plan_rescan(progress, {485, 4}, policy, 499, 1s).left);
  EXPECT_EQ(rescan_read(progress, {494, 497}), progress) << "not what is next";
}

TEST(RescanProperty, EveryBlockReadIsReadAgainWhateverFails) {
  EXPECT_TRUE(rc::check("no block stays unread", [] {
    auto policy = policy_from(0, test::draw<std::uint64_t>(1, 40));
    policy.rescan_blocks = test::draw<std::uint64_t>(1, 30);
    policy.rescan_interval = 10ms;
    auto cursor = start_backfill(std::nullopt, policy);
    rescan_progress progress;
    std::chrono::nanoseconds now{0};
    std::uint64_t head = 1;
    cursor.next = head + 1;
    std::optional<std::uint64_t> first;
    std::set<std::uint64_t> again;
    const auto step = [&](std::uint64_t answers) {
      now += 1ms;
      progress = plan_rescan(progress, cursor, policy, head, now);
      if (progress.left && !first) first = progress.left->from;
      const auto next = next_rescan(progress, cursor, head);
      if (!next) return;
      const auto width = next->to - next->from + 1;
      RC_ASSERT(width <= policy.max_batch);
      RC_ASSERT(next->to <= head && next->to < cursor.next);
      if (width > answers) {
        cursor = backfill_too_wide(cursor, *next).value();
        return;
      }
      for (auto b = next->from; b <= next->to; ++b) again.insert(b);
      cursor = backfill_width_worked(cursor, policy, *next);
      progress = rescan_read(progress, *next);
      if (!progress.complete_to) return;
      for (auto b = *first; b <= *progress.complete_to; ++b) RC_ASSERT(again.contains(b));
    };
    for (int i = test::draw(1, 150); i > 0; --i) {
      if (test::draw(0, 3) == 0) {
        head += test::draw<std::uint64_t>(1, 60);
        cursor.next = head + 1;
      }
      step(test::draw<std::uint64_t>(1, 20));
    }
    for (int i = 0; i < 5000 && progress.complete_to != head; ++i) step(1);
    RC_ASSERT(progress.complete_to == head);
  }));
}

TEST(BackfillProperty, EveryBlockIsReadDespiteErrors) {
  EXPECT_TRUE(rc::check("no block is skipped", [] {
    auto policy = policy_from(test::draw<std::uint64_t>(0, 50), test::draw<std::uint64_t>(1, 40));
    policy.grow_after = test::draw<std::uint32_t>(1, 4);
    policy.overlap = test::draw<std::uint64_t>(0, 20);
    std::uint64_t head = policy.start_block + test::draw<std::uint64_t>(0, 60);
    // The node answers ranges up to this width, drawn again from time to time, but never less than one block.
    std::uint64_t answers = test::draw<std::uint64_t>(1, 50);
    auto cursor = start_backfill(std::nullopt, policy);
    std::set<std::uint64_t> read;
    const auto attempt = [&](std::uint64_t node_head) {
      const auto step = plan_backfill(cursor, policy, head);
      if (step.action != backfill_action::read) return;
      RC_ASSERT(step.range.from <= step.range.to);
      RC_ASSERT(step.range.to <= head);
      RC_ASSERT(step.range.to - step.range.from < policy.max_batch);
      if (step.range.to - step.range.from + 1 > answers) {
        cursor = backfill_too_wide(cursor, step.range).value();
      } else if (const auto after = backfill_read(cursor, policy, step.range, node_head)) {
        for (auto b = step.range.from; b <= step.range.to; ++b) read.insert(b);
        cursor = *after;
      }
    };
    for (int i = test::draw(0, 80); i > 0; --i) {
      switch (test::draw(0, 7)) {
        case 0: head += test::draw<std::uint64_t>(0, 30); break;
        case 1: answers = test::draw<std::uint64_t>(1, 50); break;
        case 2: attempt(head - std::min<std::uint64_t>(head, test::draw<std::uint64_t>(0, 10))); break;
        case 3:  // a restart from the durable checkpoint
          cursor = cursor.next > policy.start_block ? start_backfill(cursor.next - 1, policy)
                                                    : start_backfill(std::nullopt, policy);
          break;
        default: attempt(head); break;
      }
      for (auto b = policy.start_block; b < cursor.next; ++b) RC_ASSERT(read.contains(b));
    }
    for (int i = 0; i < 2000 && plan_backfill(cursor, policy, head).action == backfill_action::read; ++i) attempt(head);
    RC_ASSERT(plan_backfill(cursor, policy, head).action == backfill_action::caught_up);
    for (auto b = policy.start_block; b <= head; ++b) RC_ASSERT(read.contains(b));
  }));
}

/// A chain whose blocks from `fork_at` on belong to fork `id`.
block_header header(std::uint64_t number, std::uint64_t fork_at, unsigned char id) {
  const auto hash = [&](std::uint64_t n) { return hash_of(n, n >= fork_at ? id : 0); };
  return {number, hash(number), hash(number - 1)};
}

TEST(FindOrphans, NothingKnownNothingOrphaned) {
  const std::vector<block_header> chain{header(10, 99, 1)};
  EXPECT_EQ(find_orphans({}, chain).verdict, fork_verdict::settled);
  EXPECT_EQ(find_orphans({}, {}).verdict, fork_verdict::settled);
  const auto ask = find_orphans({{10, hash_of(10, 0)}}, {});
  EXPECT_EQ(ask.verdict, fork_verdict::need_older);
  EXPECT_EQ(ask.older, 10U);
}

TEST(FindOrphans, ABrokenChainIsNoEvidence) {
  std::vector<block_header> chain{header(10, 99, 1), header(11, 11, 2), header(12, 12, 3)};
  EXPECT_EQ(find_orphans({{10, hash_of(10, 0)}}, chain).verdict, fork_verdict::broken);
  chain = {header(11, 99, 1), header(10, 99, 1)};
  EXPECT_EQ(find_orphans({{10, hash_of(10, 0)}}, chain).verdict, fork_verdict::broken);
}

TEST(FindOrphans, BlocksAboveTheLastHeaderAreLeftAlone) {
  const std::map<std::uint64_t, hash32> known{{10, hash_of(10, 0)}, {20, hash_of(20, 0)}};
  const std::vector<block_header> chain{header(10, 99, 1)};
  const auto finding = find_orphans(known, chain);
  EXPECT_EQ(finding.verdict, fork_verdict::settled);
  EXPECT_TRUE(finding.orphaned.empty());
}

TEST(FindOrphans, TheParentOfTheLowestHeaderSettlesIt) {
  const std::map<std::uint64_t, hash32> known{{9, hash_of(9, 0)}, {10, hash_of(10, 0)}};
  const std::vector<block_header> chain{header(10, 10, 1)};
  const auto finding = find_orphans(known, chain);
  EXPECT_EQ(finding.verdict, fork_verdict::settled);
  EXPECT_EQ(finding.orphaned, std::vector<std::uint64_t>{10});
}

TEST(FindOrphans, ANewBlockThatIsKnownSettlesNothingBelowIt) {
  // Block 71 of the new branch was accepted live, where the old branch had no logs.
  const std::map<std::uint64_t, hash32> known{{69, hash_of(69, 0)}, {70, hash_of(70, 0)}, {71, hash_of(71, 1)}};
  std::vector<block_header> chain{header(71, 69, 1)};
  auto finding = find_orphans(known, chain);
  EXPECT_EQ(finding.verdict, fork_verdict::need_older);
  EXPECT_EQ(finding.older, 69U);
  EXPECT_EQ(finding.orphaned, std::vector<std::uint64_t>{70}) << "its child's parent is another block";
  chain.insert(chain.begin(), header(69, 69, 1));
  finding = find_orphans(known, chain);
  EXPECT_EQ(finding.verdict, fork_verdict::settled);
  EXPECT_EQ(finding.orphaned, (std::vector<std::uint64_t>{70, 69}));
}

TEST(FindOrphansProperty, EveryKnownBlockIsHeldAgainstTheChain) {
  EXPECT_TRUE(rc::check("orphans are the known blocks that the chain does not have, whatever branches they are of", [] {
    const std::uint64_t head = 1000;
    const auto fork_at = head - test::draw<std::uint64_t>(0, 60);
    std::map<std::uint64_t, hash32> known;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t n = head - 60; n <= head; ++n) {
      if (test::draw(0, 2) == 0) continue;
      // Any mixture of the old branch, the new one and a third that came in between.
      const auto branch = test::draw<unsigned char>(0, 3);
      known.emplace(n, hash_of(n, branch));
      if (branch != (n >= fork_at ? 1 : 0)) expected.insert(expected.begin(), n);
    }
    std::map<std::uint64_t, block_header> headers;
    headers[head] = header(head, fork_at, 1);
    for (std::size_t calls = 0;; ++calls) {
      RC_ASSERT(calls <= known.size());
      std::vector<block_header> chain;
      for (const auto& [number, h] : headers) chain.push_back(h);
      const auto finding = find_orphans(known, chain);
      if (finding.verdict == fork_verdict::settled) {
        RC_ASSERT(finding.orphaned == expected);
        RC_ASSERT(finding.unproven.empty());
        return;
      }
      RC_ASSERT(finding.verdict == fork_verdict::need_older);
      RC_ASSERT(finding.unproven.front() == finding.older);
      // Any of them may be answered first.
      const auto pick = finding.unproven[test::draw<std::size_t>(0, finding.unproven.size())];
      headers[pick] = header(pick, fork_at, 1);
    }
  }));
}

TEST(FindOrphansProperty, FindsTheForkAtEveryDepth) {
  EXPECT_TRUE(rc::check("orphans are the known blocks from the fork on", [] {
    const std::uint64_t head = 1000;
    const auto depth = test::draw<std::uint64_t>(1, 65);
    const std::uint64_t fork_at = head - depth + 1;
    std::map<std::uint64_t, hash32> known;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t n = head - 127; n <= head; ++n) {
      if (test::draw(0, 3) == 0) continue;
      known.emplace(n, hash_of(n, 0));
      if (n >= fork_at) expected.insert(expected.begin(), n);
    }
    std::vector<block_header> canonical{header(head + 1, fork_at, 1)};
    for (int calls = 0;; ++calls) {
      RC_ASSERT(calls <= 130);
      const auto finding = find_orphans(known, canonical);
      RC_ASSERT(finding.verdict != fork_verdict::broken);
      if (finding.verdict == fork_verdict::settled) {
        RC_ASSERT(finding.orphaned == expected);
        break;
      }
      RC_ASSERT(finding.older < canonical.front().number);
      canonical.insert(canonical.begin(), header(finding.older, fork_at, 1));
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
