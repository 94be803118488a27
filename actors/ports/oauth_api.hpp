// The broker's OAuth endpoint, and where the rest of the process finds the current access token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/ports/broker_api.hpp"

namespace hedgerow::ports {

/// Plain text; lives in memory only and is never logged.
struct oauth_tokens {
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds access_lifetime{1800};
};

/// One of the accounts that a login covers. The number names the account permanently; request paths carry the hash.
struct broker_account {
  std::string number;
  std::string hash;
};

/// Thread-safe. Calls return at once; the callback comes once, from any thread.
class oauth_api {
 public:
  virtual ~oauth_api() = default;
  /// Where a person logs in.
  [[nodiscard]] virtual std::string authorize_url(const std::string& state) const = 0;
  /// Never retried: a code is good for one try. `refused` as for refresh().
  virtual void exchange_code(std::string code, broker_callback<oauth_tokens> done) = 0;
  /// `refused`: the broker's own words say that it does not accept the refresh token. Every other failure, with any
  /// status, may pass.
  virtual void refresh(std::string refresh_token, broker_callback<oauth_tokens> done) = 0;
  /// The accounts that the login of this access token covers, in any order.
  virtual void accounts(std::string access_token, broker_callback<std::vector<broker_account>> done) = 0;
};

/// The current access token of the process, and the account that the log trades in: written by the token follower, read
/// by the broker adapter. Thread-safe.
class token_holder {
 public:
  virtual ~token_holder() = default;
  virtual void set(std::optional<std::string> access_token) = 0;
  [[nodiscard]] virtual std::optional<std::string> get() const = 0;
  /// The number of the account that the log remembers; nullopt while it remembers none.
  virtual void set_account(std::optional<std::string> /*number*/) {}
  [[nodiscard]] virtual std::optional<std::string> account() const { return std::nullopt; }
};

/// Seals secrets for the event log (facts, 5.3). Thread-safe.
class vault {
 public:
  virtual ~vault() = default;
  [[nodiscard]] virtual std::string seal(const std::string& secret) = 0;
  /// Nothing when the text was not sealed with this key or was tampered with.
  [[nodiscard]] virtual std::optional<std::string> open(const std::string& sealed) = 0;
};

}  // namespace hedgerow::ports
