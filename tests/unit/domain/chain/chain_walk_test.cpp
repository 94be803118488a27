#include "actors/domain/chain/chain_walk.hpp"

#include <gtest/gtest.h>

#include "forks.hpp"

namespace hedgerow::domain {
namespace {

/// A chain of blocks 0 to `head` that leaves branch 0 at `fork_at`, and a reader that followed branch 0.
class ChainWalk : public ::testing::Test {
 public:
  void follow(std::uint64_t from, std::uint64_t to) {
    for (auto n = from; n <= to; ++n) ASSERT_TRUE(branch.extend(block(n, 0)));
  }

  /// The headers of these heights of the chain as it is now.
  void get(std::uint64_t from, std::uint64_t to) {
    for (auto n = from; n <= to; ++n) headers[n] = block(n, fork_of(n));
  }

  void know(std::uint64_t number) { known[number] = hash_of(number, 0); }

  [[nodiscard]] walk_finding judge() const { return judge_walk({branch, headers, known, unanswered, read_to}); }

  [[nodiscard]] unsigned char fork_of(std::uint64_t n) const { return n >= fork_at ? 1 : 0; }
  [[nodiscard]] block_header block(std::uint64_t n, unsigned char fork) const {
    return {n, hash_of(n, fork), n == 0 ? hash32{} : hash_of(n - 1, fork != 0 && n - 1 >= fork_at ? 1 : 0)};
  }

  std::uint64_t fork_at = 1'000'000;
  followed_branch branch{8};
  header_map headers;
  std::map<std::uint64_t, hash32> known;
  std::set<std::uint64_t> unanswered;
  std::uint64_t read_to = 100;
};

TEST_F(ChainWalk, AChainThatOnlyGoesOnChangesNothing) {
  follow(95, 100);
  know(97);
  get(101, 101);
  const auto found = judge();
  EXPECT_EQ(found.outcome, walk_outcome::proven);
  EXPECT_TRUE(found.replaced.empty());
  EXPECT_FALSE(found.read_from);
  EXPECT_FALSE(found.too_deep);
}

TEST_F(ChainWalk, FromTheForkOnEverythingIsReadAgain) {
  follow(95, 100);
  fork_at = 98;
  know(97);
  know(99);
  get(101, 101);
  auto found = judge();
  EXPECT_EQ(found.outcome, walk_outcome::ask);
  EXPECT_EQ(found.ask, (std::vector<std::uint64_t>{100}));
  get(98, 100);
  found = judge();
  ASSERT_EQ(found.outcome, walk_outcome::proven);
  ASSERT_EQ(found.replaced.size(), 1U);
  EXPECT_EQ(found.replaced.front().first, 99U);
  EXPECT_EQ(found.replaced.front().second, hash_of(99, 1));
  EXPECT_EQ(found.read_from, 98U) << "an empty block may have been replaced by one with a fill";
  EXPECT_TRUE(found.certain);
  EXPECT_TRUE(found.follow);
  EXPECT_FALSE(found.too_deep);
}

TEST_F(ChainWalk, WithoutTheForkWhatIsNotFinalIsReadAgainAsAPrecaution) {
  follow(95, 100);
  get(300, 300);
  const auto found = judge();
  EXPECT_EQ(found.outcome, walk_outcome::proven);
  EXPECT_EQ(found.read_from, 93U);
  EXPECT_FALSE(found.certain);
  EXPECT_TRUE(found.follow);
}

TEST_F(ChainWalk, AnotherChainBelowAFullBranchIsTooDeep) {
  follow(92, 100);
  fork_at = 50;
  get(92, 101);
  const auto found = judge();
  EXPECT_EQ(found.outcome, walk_outcome::proven);
  EXPECT_TRUE(found.too_deep);
  EXPECT_TRUE(found.certain);
  EXPECT_EQ(found.read_from, 93U);
}

TEST_F(ChainWalk, AReplacedBlockBelowTheWindowIsTooDeep) {
  fork_at = 50;
  know(90);
  get(91, 91);
  get(100, 100);
  const auto found = judge();
  ASSERT_EQ(found.outcome, walk_outcome::proven);
  EXPECT_EQ(found.replaced.front().second, hash_of(90, 1)) << "by the parent of the next block";
  EXPECT_EQ(found.read_from, 90U);
  EXPECT_TRUE(found.too_deep);
}

TEST_F(ChainWalk, HeadersThatDoNotLinkAreGotAgain) {
  follow(95, 100);
  get(101, 101);
  headers[100] = {100, hash_of(100, 7), hash_of(99, 7)};
  headers[101] = {101, hash_of(101, 3), hash_of(100, 3)};
  EXPECT_EQ(judge().outcome, walk_outcome::broken);
}

TEST_F(ChainWalk, WithoutAHeaderThatIsNeededNothingIsDecided) {
  follow(95, 100);
  fork_at = 98;
  get(101, 101);
  unanswered = {100};
  EXPECT_EQ(judge().outcome, walk_outcome::undecided);
}

TEST_F(ChainWalk, ANodeBelowAllThatIsFollowedDecidesNothing) {
  follow(95, 100);
  get(90, 90);
  EXPECT_EQ(judge().outcome, walk_outcome::undecided);
}

TEST_F(ChainWalk, AKnownBlockThatNobodyAnswersForHoldsUpNoOther) {
  follow(95, 100);
  fork_at = 97;
  know(96);
  know(98);
  get(97, 101);
  know(60);
  EXPECT_EQ(judge().outcome, walk_outcome::ask);
  unanswered = {60};
  const auto found = judge();
  ASSERT_EQ(found.outcome, walk_outcome::proven);
  ASSERT_EQ(found.replaced.size(), 1U);
  EXPECT_EQ(found.replaced.front().first, 98U);
}

}  // namespace
}  // namespace hedgerow::domain
