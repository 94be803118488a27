#include "actors/domain/broker/account_choice.hpp"

#include <gtest/gtest.h>

namespace hedgerow::domain {
namespace {

const std::string mine = "123456789";
const std::string other = "987654321";

TEST(AccountChoice, TheOnlyAccountNeedsNoChoice) { EXPECT_EQ(choose_account({mine}, {}, {}).value(), 0U); }

TEST(AccountChoice, SeveralAccountsWithoutAChoiceAreAnErrorThatNamesTheKey) {
  const auto none = choose_account({mine, other}, {}, {});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().find("broker.account_number"), std::string::npos) << none.error();
}

TEST(AccountChoice, ANumberIsFoundInAnyOrder) {
  EXPECT_EQ(choose_account({mine, other}, {}, {other, {}}).value(), 1U);
  EXPECT_EQ(choose_account({other, mine}, {}, {other, {}}).value(), 0U);
  const auto missing = choose_account({mine}, {}, {other, {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), "broker.account_number (******321) is not among the login's 1 account(s)");
}

TEST(AccountChoice, APositionCountsOnlyUntilAnAccountIsRemembered) {
  EXPECT_EQ(choose_account({mine, other}, {}, {"", 1}).value(), 1U);
  EXPECT_FALSE(choose_account({mine, other}, {}, {"", 2}));
  EXPECT_EQ(choose_account({mine, other}, other, {"", 0}).value(), 1U);
  EXPECT_EQ(choose_account({other, mine}, other, {"", 1}).value(), 0U);
}

TEST(AccountChoice, ARememberedAccountThatIsNotThereIsNeverReplaced) {
  for (const bool by_login : {false, true}) {
    const auto gone = choose_account({mine}, other, {"", 0}, by_login);
    ASSERT_FALSE(gone);
    EXPECT_NE(gone.error().find("******321"), std::string::npos) << gone.error();
    EXPECT_EQ(gone.error().find(other), std::string::npos) << "account numbers are masked";
  }
}

TEST(AccountChoice, OnlyAPersonWhoLogsInChangesIt) {
  EXPECT_FALSE(choose_account({mine, other}, other, {mine, {}}));
  EXPECT_EQ(choose_account({mine, other}, other, {mine, {}}, true).value(), 0U);
}

TEST(AccountChoice, ALoginWithoutAccountsIsAnError) { EXPECT_FALSE(choose_account({}, mine, {mine, 0}, true)); }

}  // namespace
}  // namespace hedgerow::domain
