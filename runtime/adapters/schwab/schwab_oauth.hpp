// Schwab's OAuth endpoint (facts, 5.1).
#pragma once

#include <memory>

#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

struct oauth_options {
  /// Where the browser is sent, for example https://api.schwabapi.com.
  std::string origin;
  std::string app_key;
  std::string app_secret;
  /// Byte for byte as registered.
  std::string redirect_uri;
};

[[nodiscard]] std::shared_ptr<ports::oauth_api> make_schwab_oauth(std::shared_ptr<http::client> client,
                                                                  oauth_options options);

/// `Basic base64(key:secret)`.
[[nodiscard]] std::string basic_authorization(const std::string& key, const std::string& secret);
/// The form bodies of the token endpoint.
[[nodiscard]] std::string code_exchange_body(const std::string& code, const std::string& redirect_uri);
[[nodiscard]] std::string refresh_body(const std::string& refresh_token);
/// The code in the address that the browser was sent back to: the first parameter named exactly `code`, not empty.
[[nodiscard]] std::optional<std::string> code_of_callback(const std::string& url);

}  // namespace hedgerow::schwab
