// Sealing of tokens for the event log, AES-256-GCM (facts, 5.3), and the place of the current access token.
#pragma once

#include <memory>
#include <string>

#include "actors/ports/oauth_api.hpp"
#include "messages/types/expected.hpp"

namespace hedgerow::schwab {

/// `key_hex`: 64 hex digits. The error never repeats it.
[[nodiscard]] expected<std::shared_ptr<ports::vault>, std::string> make_vault(const std::string& key_hex);
[[nodiscard]] std::shared_ptr<ports::token_holder> make_token_holder();

}  // namespace hedgerow::schwab
