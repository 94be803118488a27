#include "actors/domain/chain/reading_proof.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using verdict = reading_proof::verdict;

constexpr std::uint64_t window = 10;

reading_proof proven_up_to(std::uint64_t tip) {
  reading_proof proof{window};
  EXPECT_EQ(proof.proven(tip), std::nullopt);
  return proof;
}

TEST(ReadingProof, TheCheckpointFollowsWhatIsReadOfAProvenBranch) {
  auto proof = proven_up_to(100);
  EXPECT_EQ(proof.read({91, 100}, proof.asked(100), 101), (verdict{100, false}));
  proof.extended(100, 101);
  EXPECT_EQ(proof.read({101, 101}, proof.asked(101), 102), (verdict{101, false}));
  proof.extended(99, 105);
  EXPECT_EQ(proof.proven_to(), 101U) << "a head that builds on something else proves nothing";
}

TEST(ReadingProof, NothingIsProvenBeforeTheFirstWalk) {
  reading_proof proof{window};
  EXPECT_FALSE(proof.branch_is_read());
  proof.extended(0, 100);
  EXPECT_EQ(proof.read({91, 100}, proof.asked(100), 101), (verdict{std::nullopt, true}));
  EXPECT_EQ(proof.proven(100), 91U) << "it is read again";
  EXPECT_TRUE(proof.branch_is_read());
  EXPECT_EQ(proof.proven(100), std::nullopt) << "once";
}

TEST(ReadingProof, WhatWasProvenMeanwhileSaysNothingOfARangeThatWasAskedForBefore) {
  auto proof = proven_up_to(95);
  const auto then = proof.asked(100);
  EXPECT_EQ(proof.proven(100), std::nullopt);
  EXPECT_EQ(proof.read({91, 100}, then, 101), (verdict{95, true}));
  EXPECT_EQ(proof.proven(100), 96U);
}

TEST(ReadingProof, OnlyBlocksThatCouldStillChangeAreReadAgain) {
  reading_proof proof{window};
  const auto then = proof.asked(100);
  EXPECT_EQ(then, (reading_proof::as_asked{0, 90}));
  EXPECT_EQ(proof.read({1, 100}, then, 101), (verdict{std::nullopt, true}));
  EXPECT_EQ(proof.proven(100), 90U);
  EXPECT_EQ(proof.asked(3).changeable_from, 0U);
}

TEST(ReadingProof, TheCheckpointStaysBelowTheLowestDoubt) {
  auto proof = proven_up_to(100);
  EXPECT_TRUE(proof.doubt(97, 101));
  EXPECT_TRUE(proof.doubt(99, 101)) << "the lower one stays";
  EXPECT_FALSE(proof.doubt(101, 101)) << "nothing of it was read";
  EXPECT_EQ(proof.read({95, 100}, proof.asked(100), 101), (verdict{96, false}));
  EXPECT_EQ(proof.read({97, 100}, proof.asked(100), 101), (verdict{std::nullopt, false}));
  EXPECT_EQ(proof.proven(100), 97U);
  EXPECT_EQ(proof.read({97, 100}, proof.asked(100), 101), (verdict{100, false}));
}

TEST(ReadingProof, ADoubtAboutTheFirstBlockOfAllMovesNothing) {
  auto proof = proven_up_to(5);
  EXPECT_TRUE(proof.doubt(0, 6));
  EXPECT_EQ(proof.read({1, 5}, proof.asked(5), 6), (verdict{std::nullopt, false}));
}

TEST(ReadingProof, ANewConnectionBeginsWithTheLowestThatIsToBeReadAgain) {
  reading_proof at_start{window};
  EXPECT_EQ(at_start.reconnected(80, 95), 80U) << "a start goes by its checkpoint";
  auto proof = proven_up_to(100);
  EXPECT_EQ(proof.reconnected(101, 98), 98U);
  EXPECT_EQ(proof.proven_to(), 0U);
  EXPECT_TRUE(proof.branch_is_read());
  EXPECT_TRUE(proof.doubt(96, 101));
  EXPECT_EQ(proof.reconnected(101, 98), 96U);
  EXPECT_EQ(proof.reconnected(101, 98), 98U) << "the cursor stands there by now";
}

TEST(ReadingProof, FinalIsAWindowBelowTheCheckpoint) {
  const reading_proof proof{window};
  EXPECT_TRUE(proof.is_final(90, 100));
  EXPECT_FALSE(proof.is_final(91, 100));
}

}  // namespace
}  // namespace hedgerow::domain
