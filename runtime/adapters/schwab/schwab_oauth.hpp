// The broker's OAuth endpoint (facts, 5.1).
#pragma once

#include <memory>
#include <string>

#include "actors/ports/oauth_api.hpp"
#include "runtime/adapters/http/http_client.hpp"

namespace hedgerow::schwab {

struct oauth_options {
  /// For example https://api.schwabapi.com: what the person's browser is sent to.
  std::string origin;
  std::string app_key;
  std::string app_secret;
  /// Must equal the registered one byte for byte.
  std::string redirect_uri;
};

/// The code exchange is sent once and never repeated; a refresh is repeated only when a kept-alive connection had
/// already been closed. Errors hold neither codes, tokens nor the app's secret.
[[nodiscard]] std::shared_ptr<ports::oauth_api> make_schwab_oauth(std::shared_ptr<http::client> client,
                                                                  oauth_options options);

}  // namespace hedgerow::schwab
