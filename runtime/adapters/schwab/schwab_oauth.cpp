#include "runtime/adapters/schwab/schwab_oauth.hpp"

#include <openssl/evp.h>

#include "runtime/adapters/schwab/schwab_client.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {

using ports::broker_error;
using ports::broker_failure;

namespace {

class schwab_oauth final : public ports::oauth_api {
 public:
  schwab_oauth(std::shared_ptr<http::client> client, oauth_options options)
      : client_{std::move(client)}, options_{std::move(options)} {}

  std::string authorize_url(const std::string& state) const override {
    std::string url = options_.origin + "/v1/oauth/authorize?client_id=" + http::percent_encode(options_.app_key) +
                      "&redirect_uri=" + http::percent_encode(options_.redirect_uri) + "&response_type=code";
    if (!state.empty()) url += "&state=" + http::percent_encode(state);
    return url;
  }

  void exchange_code(std::string code, ports::broker_callback<ports::oauth_tokens> done) override {
    ask(code_exchange_body(code, options_.redirect_uri), std::move(done));
  }

  void refresh(std::string refresh_token, ports::broker_callback<ports::oauth_tokens> done) override {
    ask(refresh_body(refresh_token), std::move(done));
  }

 private:
  /// Error bodies are not passed on: they may repeat what was sent.
  void ask(std::string body, ports::broker_callback<ports::oauth_tokens> done) {
    http::request post{"POST", "/v1/oauth/token",
                       {{"Authorization", basic_authorization(options_.app_key, options_.app_secret)},
                        {"Content-Type", "application/x-www-form-urlencoded"},
                        {"Accept", "application/json"}},
                       std::move(body)};
    client_->send(std::move(post), false, std::nullopt, [done](expected<http::response, http::client_error> a) {
      if (!a) return done(unexpected(classify(a.error())));
      if (a->status != 200) return done(unexpected(classify(*a, {})));
      auto tokens = parse_tokens(a->body);
      if (tokens) return done(std::move(*tokens));
      done(unexpected(broker_error{broker_failure::malformed, a->status, "token answer: " + tokens.error(), {}}));
    });
  }

  std::shared_ptr<http::client> client_;
  oauth_options options_;
};

}  // namespace

std::string basic_authorization(const std::string& key, const std::string& secret) {
  const std::string plain = key + ":" + secret;
  std::string encoded(4 * ((plain.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                   reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  encoded.resize(static_cast<std::size_t>(size));
  return "Basic " + encoded;
}

std::string code_exchange_body(const std::string& code, const std::string& redirect_uri) {
  return "grant_type=authorization_code&code=" + http::percent_encode(code) +
         "&redirect_uri=" + http::percent_encode(redirect_uri);
}

std::string refresh_body(const std::string& refresh_token) {
  return "grant_type=refresh_token&refresh_token=" + http::percent_encode(refresh_token);
}

std::optional<std::string> code_of_callback(const std::string& url) {
  if (url.find("://") == std::string::npos) return std::nullopt;
  const auto code = http::parse_target(url).find("code");
  if (!code || code->empty()) return std::nullopt;
  return code;
}

std::shared_ptr<ports::oauth_api> make_schwab_oauth(std::shared_ptr<http::client> client, oauth_options options) {
  return std::make_shared<schwab_oauth>(std::move(client), std::move(options));
}

}  // namespace hedgerow::schwab
