#include "actors/domain/chain/followed_branch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "forks.hpp"
#include "tests/support/draw.hpp"

namespace hedgerow::domain {
namespace {

/// A header of a chain whose blocks from `fork_at` on are of branch `id`.
block_header header_of(std::uint64_t number, std::uint64_t fork_at = 1'000'000, unsigned char id = 0) {
  const auto hash = [&](std::uint64_t n) { return hash_of(n, n >= fork_at ? id : 0); };
  return {number, hash(number), number == 0 ? hash32{} : hash(number - 1)};
}

followed_branch following(std::uint64_t from, std::uint64_t to, std::uint64_t depth = 128) {
  followed_branch branch{depth};
  for (auto n = from; n <= to; ++n) EXPECT_TRUE(branch.extend(header_of(n)));
  return branch;
}

TEST(FollowedBranch, FollowsWhatBuildsOnItAndNothingElse) {
  auto branch = following(10, 20);
  EXPECT_TRUE(branch.extend(header_of(20))) << "told twice";
  EXPECT_FALSE(branch.extend(header_of(22))) << "a block was skipped";
  EXPECT_FALSE(branch.extend(header_of(20, 20, 1)));
  EXPECT_FALSE(branch.extend(header_of(21, 20, 1)));
  EXPECT_FALSE(branch.extend(header_of(19))) << "a node that went back may replace what is above";
  EXPECT_EQ(branch.tip(), 20U);
  EXPECT_TRUE(branch.contradicts(20, hash_of(20, 1)));
  EXPECT_FALSE(branch.contradicts(20, hash_of(20, 0)));
  EXPECT_FALSE(branch.contradicts(21, hash_of(21, 1)));
  EXPECT_TRUE(branch.reaches(20));
  EXPECT_TRUE(branch.reaches(21));
  EXPECT_FALSE(branch.reaches(branch.headers().begin()->first - 1));
  EXPECT_FALSE(followed_branch{1}.reaches(20));
}

TEST(FollowedBranch, KeepsAsManyHeadersAsAReorgIsExpectedToReach) {
  const auto branch = following(0, 20, 4);
  EXPECT_EQ(branch.headers().size(), 5U);
  EXPECT_EQ(branch.headers().begin()->first, 16U);
  EXPECT_TRUE(branch.full());
  EXPECT_FALSE(following(17, 20, 4).full());
}

TEST(FollowedBranch, AChainThatOnlyGoesOnReplacesNothing) {
  const auto branch = following(10, 20);
  EXPECT_EQ(branch.find_fork({{21, header_of(21)}}).number, 21U);
  const auto skipped = branch.find_fork({{22, header_of(22)}});
  EXPECT_EQ(skipped.outcome, fork_search::need_older);
  EXPECT_EQ(skipped.number, 21U);
  EXPECT_EQ(branch.find_fork({{18, header_of(18)}}).number, 19U) << "a shorter chain is the same as far as it goes";
  EXPECT_EQ(followed_branch{4}.find_fork({{9, header_of(9)}}).number, 10U);
}

TEST(FollowedBranch, AGapTooWideToWalkAndAHeadBelowEverythingTellNothing) {
  const auto branch = following(10, 20);
  EXPECT_EQ(branch.find_fork({{500, header_of(500)}}).outcome, fork_search::unknown);
  EXPECT_EQ(branch.find_fork({{9, header_of(9)}}).outcome, fork_search::unknown);
}

TEST(FollowedBranch, AChainThatIsAnotherOneDownToTheLowestHeaderForksBelow) {
  const auto branch = following(10, 20);
  header_map chain;
  for (std::uint64_t n = 10; n <= 20; ++n) chain[n] = header_of(n, 5, 1);
  EXPECT_EQ(branch.find_fork(chain).outcome, fork_search::below);
  chain.erase(10);
  EXPECT_EQ(branch.find_fork(chain).number, 10U);
}

TEST(FollowedBranch, HeadersOfTwoBranchesAreNoEvidence) {
  const auto branch = following(10, 20);
  EXPECT_EQ(branch.find_fork({{21, header_of(21, 20, 1)}, {20, header_of(20, 20, 2)}}).outcome, fork_search::broken);
}

TEST(FollowedBranchProperty, TheForkIsFoundHoweverDeepAndManyTheReorgsAre) {
  EXPECT_TRUE(rc::check("the fork is the lowest replaced height, and what is followed is the chain", [] {
    followed_branch branch{128};
    std::map<std::uint64_t, unsigned char> id;  // the branch of each height
    std::uint64_t head = 200;
    const auto true_header = [&](std::uint64_t n) {
      return block_header{n, hash_of(n, id[n]), hash_of(n - 1, id[n - 1])};
    };
    for (std::uint64_t n = 100; n <= head; ++n) RC_ASSERT(branch.extend(true_header(n)));
    for (int round = test::draw(1, 10); round > 0; --round) {
      const auto fork_at = head + 1 - test::draw<std::uint64_t>(0, 20);
      const auto longer = test::draw<std::uint64_t>(1, 5);
      for (auto n = fork_at; n <= head + longer; ++n) id[n] = static_cast<unsigned char>(round);
      head += longer;
      header_map chain{{head, true_header(head)}};
      auto found = branch.find_fork(chain);
      for (; found.outcome == fork_search::need_older; found = branch.find_fork(chain))
        chain[found.number] = true_header(found.number);
      RC_ASSERT(found.outcome == fork_search::found);
      RC_ASSERT(found.number == fork_at);
      RC_ASSERT(chain.size() <= head - fork_at + 1);
      branch.replace(chain);
      for (const auto& [number, header] : branch.headers()) RC_ASSERT(header.hash == true_header(number).hash);
      RC_ASSERT(branch.tip() == head);
      RC_ASSERT(branch.headers().size() > 90U);
    }
  }));
}

}  // namespace
}  // namespace hedgerow::domain
