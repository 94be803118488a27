#include "actors/domain/chain/endpoint_choice.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

using standing = endpoint_health::standing;
using order = std::vector<std::size_t>;

endpoint_view at(std::uint64_t head, standing how = standing::asked, std::uint32_t score = 1000) {
  return {true, how, score, head};
}

TEST(EndpointChoice, TheOrderOfTheConfigurationIsKeptWhereNothingTellsThemApart) {
  EXPECT_EQ(order_of_asking({at(9), at(9), at(9)}, 9), (order{0, 1, 2}));
  EXPECT_EQ(order_of_asking({at(9, standing::asked, 900), at(9), at(9)}, 9), (order{0, 1, 2})) << "one bad answer";
}

TEST(EndpointChoice, WhoMustNotBeAskedIsNotAsked) {
  auto away = at(9);
  away.connected = false;
  EXPECT_EQ(order_of_asking({away, at(9, standing::throttled), at(9, standing::set_aside), at(9)}, 9), order{3});
}

TEST(EndpointChoice, WhoFailsIsAskedLastAndBetterScoresFirst) {
  EXPECT_EQ(order_of_asking({at(9, standing::avoided), at(9, standing::asked, 400), at(9)}, 9), (order{2, 1, 0}));
}

TEST(EndpointChoice, WhoDoesNotHaveTheBlockIsAskedAfterThoseThatDo) {
  EXPECT_EQ(order_of_asking({at(8), at(9), at(10)}, 9), (order{1, 2, 0}));
  EXPECT_EQ(order_of_asking({at(8), at(9), at(10)}, 8), (order{0, 1, 2})) << "a block or two is the usual lag";
  EXPECT_EQ(order_of_asking({at(7), at(9), at(10)}, 7), (order{1, 2, 0}));
}

TEST(EndpointChoice, OneThatIsAwayDoesNotMakeTheOthersLate) {
  auto away = at(100);
  away.connected = false;
  EXPECT_EQ(order_of_asking({away, at(9, standing::asked, 400), at(8)}, 0), (order{2, 1}));
}

TEST(EndpointChoice, TheHeadOfAQuorumIsTheHighestBlockThatSoManyHave) {
  EXPECT_EQ(head_of_quorum({5, 7, 6}, 1), 7U);
  EXPECT_EQ(head_of_quorum({5, 7, 6}, 2), 6U);
  EXPECT_EQ(head_of_quorum({5, 7, 6}, 3), 5U);
  EXPECT_EQ(head_of_quorum({5, 7}, 3), 0U);
  EXPECT_EQ(head_of_quorum({}, 1), 0U);
}

}  // namespace
}  // namespace hedgerow::domain
