// Keccak-256 against the vectors of other programs, and the checksums of EIP-55.
#include "messages/types/keccak.hpp"

#include <gtest/gtest.h>

#include "tests/support/vectors.hpp"

namespace hedgerow {
namespace {

TEST(Keccak, AgreesWithTheVectorsAroundEveryBlockBoundary) {
  const auto document = test::load_vectors("keccak256.json");
  const auto& cases = document["cases"];
  ASSERT_GT(cases.Size(), 5U);
  for (const auto& c : cases.GetArray()) {
    const auto input = parse_hex(c["input"].GetString());
    ASSERT_TRUE(input);
    EXPECT_EQ(keccak256(*input).to_string(), c["hash"].GetString()) << c["len"].GetInt();
  }
}

/// The examples of EIP-55.
TEST(Checksum, IsWrittenAsTheStandardSays) {
  for (const std::string text :
       {"0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"}) {
    EXPECT_EQ(to_checksummed(*address::parse(text)), text);
    EXPECT_TRUE(checksum_agrees(text));
  }
}

TEST(Checksum, IsWrongAfterOneChangedDigitOrCapital) {
  EXPECT_FALSE(checksum_agrees("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"));
  EXPECT_FALSE(checksum_agrees("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAec"));
  EXPECT_FALSE(checksum_agrees("0x6aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
}

TEST(Checksum, IsNotThereInTextOfOneCase) {
  EXPECT_TRUE(checksum_agrees("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaec"));
  EXPECT_TRUE(checksum_agrees("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAEC"));
  EXPECT_TRUE(checksum_agrees("0x1111111111111111111111111111111111111111"));
}

}  // namespace
}  // namespace hedgerow
