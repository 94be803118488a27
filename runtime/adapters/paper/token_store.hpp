// OAuth codes and tokens that the paper broker gave out. The ledger keeps SHA-256 digests only: a copy of the file
// opens no account.
#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>

#include "messages/types/time.hpp"
#include "runtime/adapters/paper/paper_options.hpp"

namespace hedgerow::paper {

class token_store {
 public:
  /// The database must be the ledger's, and outlive this.
  token_store(SQLite::Database& db, const paper_options& options);

  /// A new code; ends with '@' as real ones do, so it must be percent-encoded (facts, 5.1).
  [[nodiscard]] std::string issue_code(timestamp now);
  /// True once per code, within its life. A second use is refused like an unknown code.
  [[nodiscard]] bool redeem_code(const std::string& code, timestamp now);

  /// A new login: returns its refresh token and ends the logins before it.
  [[nodiscard]] std::string start_login(timestamp now);
  /// Live and younger than 7 days since the login (facts, 5.2).
  [[nodiscard]] bool refresh_valid(const std::string& refresh_token, timestamp now);

  [[nodiscard]] std::string issue_access(timestamp now);
  [[nodiscard]] bool access_valid(const std::string& access_token, timestamp now);

 private:
  SQLite::Database& db_;
  std::chrono::seconds code_lifetime_;
  std::chrono::seconds access_lifetime_;
  std::chrono::seconds refresh_lifetime_;
};

/// `bytes` random bytes as URL-safe base64; for secrets and correlation ids.
[[nodiscard]] std::string random_text(std::size_t bytes);
/// Nothing when it is not base64 with padding.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
/// Equal, in a time that does not depend on where they differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace hedgerow::paper
