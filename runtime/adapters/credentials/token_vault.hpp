// Secrets at rest (facts, 5.3), and the access token that is in use.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/ports/oauth_api.hpp"

namespace hedgerow::credentials {

using vault_key = std::array<std::uint8_t, 32>;
using vault_nonce = std::array<std::uint8_t, 12>;

/// Lower-case hex of nonce, ciphertext and tag: AES-256-GCM without additional data. A nonce must never be used twice
/// with one key; everybody but tests of known answers uses a vault, which draws it.
[[nodiscard]] std::string encrypt(const vault_key& key, const vault_nonce& nonce, std::string_view plaintext);
/// Nothing when the text is not hex, too short, sealed with another key, or changed.
[[nodiscard]] std::optional<std::string> decrypt(const vault_key& key, std::string_view sealed);

/// Exactly 64 hex digits, without 0x. The error does not quote the key.
[[nodiscard]] expected<vault_key, std::string> parse_vault_key(std::string_view key_hex);

[[nodiscard]] expected<std::shared_ptr<ports::vault>, std::string> make_vault(std::string_view key_hex);

/// Starts without a token.
[[nodiscard]] std::shared_ptr<ports::token_holder> make_token_holder();

}  // namespace hedgerow::credentials
