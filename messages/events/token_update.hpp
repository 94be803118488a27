// Topic token-updates: the OAuth tokens, encrypted, or the news that a person must log in again.
#pragma once

#include <cstdint>
#include <string>

#include "messages/types/time.hpp"

namespace hedgerow {

enum class token_event : std::uint8_t { logged_in, refreshed, refresh_failed, expired };

struct token_update {
  token_event event = token_event::logged_in;
  /// AES-256-GCM: lower-case hex of nonce + ciphertext + tag (facts, 5.3). Empty once it has ended by its own time.
  std::string access_token;
  std::string refresh_token;
  timestamp access_fetched_at;
  timestamp access_expires_at;
  /// When the person logged in: the seven days count from here, not from the last refresh (facts, 0.1 no. 12).
  timestamp refresh_issued_at;
  timestamp refresh_expires_at;
  /// For people, without secrets.
  std::string detail;
  friend bool operator==(const token_update&, const token_update&) = default;
};

}  // namespace hedgerow
