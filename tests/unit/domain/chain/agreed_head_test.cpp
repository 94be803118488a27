#include "actors/domain/chain/agreed_head.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

agreed_head::head at(std::uint64_t number, unsigned char branch = 1) {
  agreed_head::head h{number, {}};
  h.hash.value.fill(branch);
  return h;
}

TEST(AgreedHead, OneIsEnoughForAQuorumOfOne) {
  agreed_head heads{1};
  EXPECT_TRUE(heads.told(0, at(5)));
  EXPECT_FALSE(heads.told(1, at(5))) << "known";
  EXPECT_TRUE(heads.told(1, at(6)));
  EXPECT_FALSE(heads.told(0, at(4))) << "it is behind";
}

TEST(AgreedHead, CountsOnceAQuorumHasToldIt) {
  agreed_head heads{2};
  EXPECT_FALSE(heads.told(0, at(5)));
  EXPECT_FALSE(heads.told(0, at(6)));
  EXPECT_TRUE(heads.told(1, at(5))) << "the first has told it before";
  EXPECT_TRUE(heads.told(1, at(6)));
  EXPECT_EQ(heads.last(), at(6));
}

TEST(AgreedHead, ABranchThatOnlyOneFollowsIsNotTold) {
  agreed_head heads{2};
  (void)heads.told(0, at(5));
  (void)heads.told(1, at(5));
  EXPECT_FALSE(heads.told(0, at(6, 2)));
  EXPECT_FALSE(heads.told(1, at(6)));
  EXPECT_TRUE(heads.told(2, at(6)));
  EXPECT_FALSE(heads.told(0, at(7, 2)));
}

TEST(AgreedHead, OneThatIsBehindDoesNotTakeItBack) {
  agreed_head heads{2};
  for (std::uint64_t n = 4; n <= 6; ++n) {
    (void)heads.told(0, at(n));
    (void)heads.told(1, at(n));
  }
  heads.left(1);
  EXPECT_FALSE(heads.told(2, at(4)));
  EXPECT_FALSE(heads.told(2, at(5)));
  EXPECT_FALSE(heads.told(2, at(6)));
  EXPECT_FALSE(heads.told(0, at(7)));
  EXPECT_TRUE(heads.told(2, at(7)));
}

TEST(AgreedHead, AReorgToTheSameOrALowerHeightIsTold) {
  for (const std::uint64_t to : {6U, 5U}) {
    agreed_head heads{2};
    for (const auto& endpoint : {0U, 1U})
      for (std::uint64_t n = 4; n <= 6; ++n) (void)heads.told(endpoint, at(n));
    EXPECT_FALSE(heads.told(0, at(to, 2)));
    EXPECT_TRUE(heads.told(1, at(to, 2))) << to;
  }
}

TEST(AgreedHead, HeadsWithAnotherParentOrTimeAreOthers) {
  agreed_head heads{2};
  auto wrong_parent = at(5);
  wrong_parent.parent.value.fill(9);
  auto wrong_time = at(5);
  wrong_time.time = timestamp{1};
  EXPECT_FALSE(heads.told(0, wrong_parent));
  EXPECT_FALSE(heads.told(1, wrong_time));
  EXPECT_FALSE(heads.told(2, at(5)));
  EXPECT_TRUE(heads.told(3, at(5)));
}

TEST(AgreedHead, AReorgBackToTheFormerBranchIsTold) {
  agreed_head heads{1};
  EXPECT_TRUE(heads.told(0, at(6)));
  EXPECT_TRUE(heads.told(0, at(6, 2)));
  EXPECT_TRUE(heads.told(0, at(6)));
}

TEST(AgreedHead, WhereOneIsEnoughAnotherBranchDoesNotTakeItToAndFro) {
  agreed_head heads{1};
  EXPECT_TRUE(heads.told(0, at(6)));
  EXPECT_FALSE(heads.told(1, at(6, 2)));
  heads.left(0);
  EXPECT_TRUE(heads.told(1, at(6, 2))) << "the other is gone";
}

}  // namespace
}  // namespace hedgerow::domain
