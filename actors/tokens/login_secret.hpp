// The text that is sealed as the refresh token of a token_update: the token, and after a line feed the number of the
// account that is traded in. Neither may stand in the log in the clear, and both belong to the login. Nothing but the
// token when no account is known yet; nothing before the line feed when the token has ended.
#pragma once

#include <optional>
#include <string>

#include "actors/ports/oauth_api.hpp"

namespace hedgerow::tokens {

struct login_secret {
  std::string refresh_token;
  std::optional<std::string> account;
};

[[nodiscard]] inline std::string seal(ports::vault& vault, const login_secret& secret) {
  if (!secret.account) return secret.refresh_token.empty() ? std::string{} : vault.seal(secret.refresh_token);
  return vault.seal(secret.refresh_token + "\n" + *secret.account);
}

/// Nothing when it was sealed with another key. An empty text is a secret without anything.
[[nodiscard]] inline std::optional<login_secret> open(ports::vault& vault, const std::string& sealed) {
  if (sealed.empty()) return login_secret{};
  const auto text = vault.open(sealed);
  if (!text) return std::nullopt;
  const auto end = text->find('\n');
  if (end == std::string::npos) return login_secret{*text, std::nullopt};
  return login_secret{text->substr(0, end), text->substr(end + 1)};
}

}  // namespace hedgerow::tokens
