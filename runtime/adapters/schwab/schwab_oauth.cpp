#include "runtime/adapters/schwab/schwab_oauth.hpp"

#include <openssl/evp.h>

#include "runtime/adapters/schwab/call.hpp"
#include "runtime/adapters/schwab/schwab_parse.hpp"

namespace hedgerow::schwab {
namespace {

using namespace faults::literals;

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

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
    ask("grant_type=authorization_code&code=" + http::percent_encode(code) +
            "&redirect_uri=" + http::percent_encode(options_.redirect_uri),
        "oauth.exchange.after_send"_fault, false, std::move(done));
  }

  void refresh(std::string refresh_token, ports::broker_callback<ports::oauth_tokens> done) override {
    ask("grant_type=refresh_token&refresh_token=" + http::percent_encode(refresh_token),
        "oauth.refresh.after_send"_fault, true, std::move(done));
  }

  void accounts(std::string access_token, ports::broker_callback<std::vector<ports::broker_account>> done) override {
    http::request r{"GET",
                    "/trader/v1/accounts/accountNumbers",
                    {{"Authorization", "Bearer " + access_token}, {"Accept", "application/json"}},
                    {}};
    client_->send(std::move(r), true, std::nullopt,
                  [done = std::move(done)](expected<http::response, http::client_error> answer) {
                    if (faults::strikes("broker.account.after_send"_fault)) return done(unexpected(injected_loss()));
                    if (!answer) return done(unexpected(from_client(answer.error())));
                    if (answer->status != 200) return done(unexpected(read_error(*answer, timestamp{})));
                    auto all = parse_accounts(answer->body);
                    if (!all) return done(unexpected(malformed(200, "accounts: " + all.error())));
                    done(std::move(*all));
                  });
  }

 private:
  void ask(std::string body, faults::fault_id point, bool repeatable,
           ports::broker_callback<ports::oauth_tokens> done) {
    http::request r{"POST",
                    "/v1/oauth/token",
                    {{"Authorization", "Basic " + base64(options_.app_key + ":" + options_.app_secret)},
                     {"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}},
                    std::move(body)};
    client_->send(std::move(r), repeatable, std::nullopt,
                  [point, done = std::move(done)](expected<http::response, http::client_error> answer) {
                    if (faults::strikes(point)) return done(unexpected(injected_loss()));
                    done(read(answer));
                  });
  }

  static expected<ports::oauth_tokens, broker_error> read(const expected<http::response, http::client_error>& answer) {
    if (!answer) return unexpected(from_client(answer.error()));
    // Retry-After dates are of no use here: the tokens service has its own back-off.
    if (answer->status != 200) {
      auto error = read_error(*answer, timestamp{});
      // With 401 the broker refuses the app, not the person.
      if (answer->status == 401) error.detail += "; check broker.app_key and broker.app_secret";
      if (is_oauth_refusal(*answer))
        error.kind = broker_failure::refused;
      else if (error.kind == broker_failure::refused || error.kind == broker_failure::unauthorized)
        error.kind = broker_failure::malformed;
      return unexpected(std::move(error));
    }
    auto tokens = parse_tokens(answer->body);
    if (!tokens) return unexpected(malformed(200, "token answer: " + tokens.error()));
    return std::move(*tokens);
  }

  std::shared_ptr<http::client> client_;
  const oauth_options options_;
};

}  // namespace

std::shared_ptr<ports::oauth_api> make_schwab_oauth(std::shared_ptr<http::client> client, oauth_options options) {
  return std::make_shared<schwab_oauth>(std::move(client), std::move(options));
}

}  // namespace hedgerow::schwab
