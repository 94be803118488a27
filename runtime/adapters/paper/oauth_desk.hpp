// The OAuth side of the paper broker: login page, codes and tokens (facts, 5.1 and 5.2).
#pragma once

#include "runtime/adapters/http/http_types.hpp"
#include "runtime/adapters/paper/token_store.hpp"

namespace hedgerow::paper {

class oauth_desk {
 public:
  /// The store must outlive this.
  oauth_desk(token_store& tokens, const paper_options& options);

  /// GET /v1/oauth/authorize: a page with a form that posts to the same path.
  [[nodiscard]] http::response login_page(const http::request& request) const;
  /// POST /v1/oauth/authorize: 302 to the redirect URI with code, session and state.
  [[nodiscard]] http::response log_in(const http::request& request, timestamp now);
  /// POST /v1/oauth/token.
  [[nodiscard]] http::response token(const http::request& request, timestamp now);
  /// The request carries a live access token.
  [[nodiscard]] bool authorized(const http::request& request, timestamp now) const;

 private:
  [[nodiscard]] std::optional<std::string> problem_with(const http::url_query& login) const;
  [[nodiscard]] bool knows_client(const http::request& request) const;
  [[nodiscard]] http::response exchange_code(const http::url_query& form, timestamp now);
  [[nodiscard]] http::response refresh(const http::url_query& form, timestamp now);
  [[nodiscard]] http::response grant(const std::string& refresh_token, timestamp now);

  token_store& tokens_;
  std::string app_key_;
  std::string app_secret_;
  std::string redirect_uri_;
  std::chrono::seconds access_lifetime_;
};

/// Fields of a form body; nothing when the content type is another.
[[nodiscard]] std::optional<http::url_query> parse_form(const http::request& request);

}  // namespace hedgerow::paper
