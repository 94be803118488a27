#include "actors/domain/chain/ballot.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using endpoints = std::vector<std::size_t>;

TEST(Ballot, OneAnswerIsEnoughForAQuorumOfOne) {
  ballot b{1};
  EXPECT_EQ(b.wanted(), 1U);
  b.asked(0);
  EXPECT_EQ(b.wanted(), 0U);
  EXPECT_FALSE(b.decided());
  b.said(0, "yes");
  EXPECT_EQ(b.decided(), 0U);
  EXPECT_EQ(b.wanted(), 0U);
}

TEST(Ballot, AFailureIsReplacedByAnotherEndpoint) {
  ballot b{2};
  EXPECT_EQ(b.wanted(), 2U);
  b.asked(0);
  b.asked(1);
  b.failed(0);
  EXPECT_EQ(b.wanted(), 1U);
  b.asked(2);
  b.said(1, "yes");
  EXPECT_FALSE(b.decided());
  b.said(2, "yes");
  EXPECT_EQ(b.decided(), 1U);
  EXPECT_EQ(b.dissenters(), endpoints{});
}

TEST(Ballot, TwoThatDifferNeedAThird) {
  ballot b{2};
  b.asked(0);
  b.asked(1);
  b.said(0, "yes");
  EXPECT_EQ(b.wanted(), 0U) << "the other may say the same";
  b.said(1, "no");
  EXPECT_EQ(b.wanted(), 1U);
  EXPECT_EQ(b.opinions(), (endpoints{0, 1}));
  b.asked(2);
  b.said(2, "no");
  EXPECT_EQ(b.decided(), 1U);
  EXPECT_EQ(b.dissenters(), endpoints{0});
}

TEST(Ballot, WithoutAnybodyLeftNothingIsDecided) {
  ballot b{2};
  b.asked(0);
  b.asked(1);
  b.said(0, "yes");
  EXPECT_TRUE(b.waits());
  b.failed(1);
  EXPECT_FALSE(b.waits());
  EXPECT_FALSE(b.decided());
  EXPECT_EQ(b.opinions(), endpoints{0});
}

TEST(Ballot, AnEndpointIsHeardOnce) {
  ballot b{2};
  b.asked(0);
  b.said(0, "yes");
  b.said(0, "yes");
  b.said(1, "yes");
  EXPECT_FALSE(b.decided()) << "the second was not asked";
}

}  // namespace
}  // namespace hedgerow::domain
