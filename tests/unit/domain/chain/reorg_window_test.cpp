#include "actors/domain/chain/reorg_window.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "actors/domain/chain/backfill_plan.hpp"
#include "forks.hpp"
#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

blockchain_event event(std::uint64_t sequence, std::uint64_t block, std::uint64_t index, unsigned char fork = 0) {
  blockchain_event e;
  e.sequence = sequence;
  e.log.ref = {block, hash_of(block, fork), hash_of(sequence, 0xee), index};
  return e;
}

TEST(ReorgWindow, TellsFreshDuplicateAndConflict) {
  reorg_window window{128};
  EXPECT_EQ(window.accept(event(1, 10, 3)), evm_log_verdict::fresh);
  EXPECT_EQ(window.accept(event(9, 10, 3)), evm_log_verdict::duplicate);
  EXPECT_EQ(window.accept(event(2, 10, 4)), evm_log_verdict::fresh);
  EXPECT_EQ(window.accept(event(9, 10, 5, 1)), evm_log_verdict::conflicting);
  EXPECT_EQ(window.size(), 2U);
  EXPECT_EQ(window.known_blocks(), (std::map<std::uint64_t, hash32>{{10, hash_of(10, 0)}}));
}

TEST(ReorgWindow, RemovalGivesTheEventOnce) {
  reorg_window window{128};
  const auto e = event(1, 10, 3);
  window.accept(e);
  EXPECT_EQ(window.remove(e.log.ref), e);
  EXPECT_FALSE(window.remove(e.log.ref));
  EXPECT_EQ(window.size(), 0U);
  // The same transaction in another block is another fill (facts, 3.6).
  EXPECT_EQ(window.accept(event(2, 10, 7, 1)), evm_log_verdict::fresh);
}

TEST(ReorgWindow, RemovalOfALogOfAnotherBlockTouchesNothing) {
  reorg_window window{128};
  window.accept(event(1, 10, 3));
  EXPECT_FALSE(window.remove(event(1, 10, 3, 1).log.ref));
  EXPECT_EQ(window.size(), 1U);
}

TEST(ReorgWindow, OrphansComeBackLastAcceptedFirst) {
  reorg_window window{128};
  // A rescan found index 1 after index 5.
  window.accept(event(1, 10, 5));
  window.accept(event(2, 10, 1));
  window.accept(event(3, 11, 0));
  EXPECT_TRUE(window.orphan(10, hash_of(10, 0)).empty()) << "that block is canonical";
  const auto reverted = window.orphan(10, hash_of(10, 1));
  ASSERT_EQ(reverted.size(), 2U);
  EXPECT_EQ(reverted[0].sequence, 2U);
  EXPECT_EQ(reverted[1].sequence, 1U);
  EXPECT_EQ(window.size(), 1U);
  EXPECT_TRUE(window.orphan(10, hash_of(10, 1)).empty());
}

TEST(ReorgWindow, PrunesWhatIsFinalSaveTheWitness) {
  reorg_window window{3};
  for (std::uint64_t block = 9; block <= 14; ++block) window.accept(event(block, block, 0));
  EXPECT_TRUE(window.prune(2).empty());
  EXPECT_EQ(window.prune(14),
            (std::vector<std::string>{window_key(event(9, 9, 0).log.ref), window_key(event(10, 10, 0).log.ref)}));
  EXPECT_EQ(window.floor(), 11U);
  EXPECT_EQ(window.size(), 4U);
  EXPECT_EQ(window.classify(event(1, 10, 0).log.ref), evm_log_verdict::below_the_window);
  EXPECT_EQ(window.classify(event(1, 11, 0).log.ref), evm_log_verdict::duplicate);
  EXPECT_TRUE(window.prune(13).empty()) << "the window never goes back";
  EXPECT_EQ(window.floor(), 11U);
}

TEST(ReorgWindow, WhereNothingWasDroppedALogIsNewHoweverOldItIs) {
  reorg_window window{3};
  window.accept(event(1, 10, 0));
  EXPECT_TRUE(window.prune(100).empty());
  EXPECT_EQ(window.floor(), 0U);
  EXPECT_EQ(window.classify(event(2, 9, 0).log.ref), evm_log_verdict::fresh);
  window.dropped_below(10);
  EXPECT_EQ(window.classify(event(2, 9, 0).log.ref), evm_log_verdict::below_the_window);
}

TEST(ReorgWindow, FindsClearsThatHaveTheAfterClearOfAnother) {
  reorg_window window{128};
  auto clear = event(1, 10, 0);
  clear.after_clear = clear.log;
  clear.after_clear->ref.log_index = 3;
  window.accept(clear);
  auto between = clear.log;
  const auto at = [&](std::uint64_t index) {
    between.ref.log_index = index;
    return window.paired_across(between);
  };
  EXPECT_EQ(at(1), std::vector<evm_log_ref>{clear.log.ref});
  EXPECT_EQ(at(2), std::vector<evm_log_ref>{clear.log.ref});
  EXPECT_TRUE(at(0).empty());
  EXPECT_TRUE(at(3).empty());
  EXPECT_TRUE(at(4).empty());
  between.book.value[0] ^= 1;
  EXPECT_TRUE(at(1).empty()) << "another book's log says nothing";
}

TEST(ReorgWindow, KeysNameTheBlockAndTheIndex) {
  EXPECT_EQ(window_key(event(1, 10, 3).log.ref), hash_of(10, 0).to_string() + ":3");
}

TEST(ReorgWindowProperty, FollowsTheCanonicalChainThroughReorgsUpTo64Deep) {
  EXPECT_TRUE(rc::check("applied minus reverted equals the canonical chain", [] {
    reorg_window window{128};
    std::map<std::uint64_t, unsigned char> fork_of;  // the canonical fork of each height
    std::set<std::string> booked;
    std::uint64_t sequence = 0;
    std::uint64_t head = 100;
    unsigned char fork = 0;
    const auto read = [&](std::uint64_t from) {
      for (auto n = from; n <= head; ++n)
        for (std::uint64_t i = 0; i < (n * 7 + fork_of[n]) % 3; ++i) {
          auto e = event(sequence + 1, n, i, fork_of[n]);
          const std::string key = window_key(e.log.ref);
          if (window.accept(std::move(e)) != evm_log_verdict::fresh) continue;
          ++sequence;
          RC_ASSERT(booked.insert(key).second);
        }
      for (const auto& key : window.prune(head)) RC_ASSERT(booked.contains(key));
    };
    read(0);
    const int reorgs = test::draw(1, 12);
    for (int r = 0; r < reorgs; ++r) {
      const auto depth = test::draw<std::uint64_t>(1, 65);
      const std::uint64_t fork_at = head - depth + 1;
      head += test::draw<std::uint64_t>(0, 5);
      ++fork;
      for (auto n = fork_at; n <= head; ++n) fork_of[n] = fork;
      const auto canonical_header = [&](std::uint64_t n) {
        return block_header{n, hash_of(n, fork_of[n]), hash_of(n - 1, fork_of[n - 1])};
      };
      std::vector<block_header> canonical{canonical_header(head)};
      auto finding = find_orphans(window.known_blocks(), canonical);
      while (finding.verdict == fork_verdict::need_older) {
        canonical.insert(canonical.begin(), canonical_header(finding.older));
        finding = find_orphans(window.known_blocks(), canonical);
      }
      std::uint64_t before = std::numeric_limits<std::uint64_t>::max();
      for (const auto number : finding.orphaned) {
        RC_ASSERT(number >= fork_at);
        for (const auto& e : window.orphan(number, hash_of(number, fork_of[number]))) {
          RC_ASSERT(e.sequence < before);
          before = e.sequence;
          RC_ASSERT(booked.erase(window_key(e.log.ref)) == 1U);
        }
      }
      read(*rc::gen::arbitrary<bool>() ? fork_at : fork_at - 10);
      std::set<std::string> expected;
      for (std::uint64_t n = 0; n <= head; ++n)
        for (std::uint64_t i = 0; i < (n * 7 + fork_of[n]) % 3; ++i)
          expected.insert(window_key(event(0, n, i, fork_of[n]).log.ref));
      RC_ASSERT(booked == expected);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
