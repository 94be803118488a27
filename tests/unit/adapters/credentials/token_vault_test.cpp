#include <gtest/gtest.h>

#include <set>

#include "runtime/adapters/credentials/token_vault.hpp"
#include "tests/support/vectors.hpp"

namespace hedgerow::credentials {
namespace {

const std::string key_hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

std::shared_ptr<ports::vault> vault_of(std::string_view hex) {
  auto made = make_vault(hex);
  EXPECT_TRUE(made) << made.error();
  return *made;
}

TEST(TokenVault, KnownAnswers) {
  const auto vectors = test::load_vectors("token_encryption.json");
  for (const auto& row : vectors["cases"].GetArray()) {
    const auto key = parse_vault_key(row["key_hex"].GetString());
    ASSERT_TRUE(key);
    const std::string nonce_hex = row["nonce_hex"].GetString();
    vault_nonce nonce{};
    for (std::size_t i = 0; i < nonce.size(); ++i)
      nonce[i] = static_cast<std::uint8_t>(std::stoi(nonce_hex.substr(i * 2, 2), nullptr, 16));
    const std::string plain{row["plaintext"].GetString(), row["plaintext"].GetStringLength()};
    EXPECT_EQ(encrypt(*key, nonce, plain), row["stored_hex"].GetString()) << row["name"].GetString();
    EXPECT_EQ(vault_of(row["key_hex"].GetString())->open(row["stored_hex"].GetString()), plain);
  }
}

TEST(TokenVault, WhatMustFailFails) {
  const auto vectors = test::load_vectors("token_encryption.json");
  for (const auto& row : vectors["must_fail_to_decrypt"].GetArray())
    EXPECT_FALSE(vault_of(row["key_hex"].GetString())->open(row["stored_hex"].GetString())) << row["name"].GetString();
  EXPECT_FALSE(vault_of(key_hex)->open(std::string(100, 'z')));
}

TEST(TokenVault, InvalidKeysAreRefusedWithoutBeingQuoted) {
  const auto vectors = test::load_vectors("token_encryption.json");
  for (const auto& row : vectors["invalid_keys"].GetArray()) {
    const std::string bad = row["key_hex"].GetString();
    const auto made = make_vault(bad);
    ASSERT_FALSE(made) << row["why"].GetString();
    if (!bad.empty()) {
      EXPECT_EQ(made.error().find(bad), std::string::npos);
    }
    EXPECT_NE(made.error().find("openssl rand -hex 32"), std::string::npos);
  }
}

TEST(TokenVault, SealsDifferentlyEachTimeAndOpensAll) {
  const auto vault = vault_of(key_hex);
  std::set<std::string> seen;
  for (const std::string& secret :
       {std::string{}, std::string{"t"}, std::string(10'000, 'x'), std::string("\0\xff", 2)})
    for (int i = 0; i < 20; ++i) {
      const auto sealed = vault->seal(secret);
      EXPECT_EQ(sealed.size(), 2 * (12 + secret.size() + 16));
      EXPECT_TRUE(seen.insert(sealed).second);
      EXPECT_EQ(vault->open(sealed), secret);
    }
}

TEST(TokenVault, EveryChangedDigitIsNoticed) {
  const auto vault = vault_of(key_hex);
  const auto sealed = vault->seal("secret");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_FALSE(vault->open(changed)) << i;
  }
}

TEST(TokenHolder, HoldsWhatWasSetLast) {
  const auto holder = make_token_holder();
  EXPECT_FALSE(holder->get());
  holder->set("a");
  holder->set("b");
  EXPECT_EQ(holder->get(), "b");
  holder->set(std::nullopt);
  EXPECT_FALSE(holder->get());
}

}  // namespace
}  // namespace hedgerow::credentials
