#include "runtime/adapters/schwab/schwab_oauth.hpp"

#include "api_fixture.hpp"
#include "wire_vectors.hpp"

namespace hedgerow::schwab {
namespace {

using namespace hedgerow::test;

class SchwabOauthTest : public api_test {
 protected:
  SchwabOauthTest() {
    answer_with([](const http::request&) { return http::response{200, {}, tokens_json}; });
  }

  std::shared_ptr<ports::oauth_api> oauth_of(const rapidjson::Value& row) {
    return make_schwab_oauth(client, {"https://api.schwabapi.com", row["app_key"].GetString(),
                                      row["app_secret"].GetString(), row["redirect_uri"].GetString()});
  }

  expected<ports::oauth_tokens, broker_error> exchange(ports::oauth_api& oauth, const std::string& code) {
    return wait_for<ports::oauth_tokens>([&](auto done) { oauth.exchange_code(code, done); });
  }
  expected<ports::oauth_tokens, broker_error> refresh(ports::oauth_api& oauth, const std::string& token) {
    return wait_for<ports::oauth_tokens>([&](auto done) { oauth.refresh(token, done); });
  }

  static constexpr const char* tokens_json = R"({"access_token":"a1","refresh_token":"r1","expires_in":1800})";
  rapidjson::Document vectors = load_wire_vectors("schwab.json");
};

TEST_F(SchwabOauthTest, RequestsOfTheVectors) {
  for (const auto& row : vectors["oauth"].GetArray()) {
    const auto oauth = oauth_of(row);
    EXPECT_EQ(oauth->authorize_url(""), row["authorize_url_with_response_type"].GetString());
    EXPECT_EQ(oauth->authorize_url("s/1"),
              std::string{row["authorize_url_with_response_type"].GetString()} + "&state=s%2F1");
    const auto tokens = exchange(*oauth, row["code"].GetString());
    ASSERT_TRUE(tokens) << tokens.error().detail;
    EXPECT_EQ(tokens->access_token, "a1");
    EXPECT_EQ(tokens->refresh_token, "r1");
    auto r = last_request();
    EXPECT_EQ(r.method + " " + r.target, "POST /v1/oauth/token");
    EXPECT_EQ(r.body, row["code_exchange_body"].GetString());
    EXPECT_EQ(http::find_header(r.headers, "Authorization"), row["basic_authorization"].GetString());
    EXPECT_EQ(http::find_header(r.headers, "Content-Type"), "application/x-www-form-urlencoded");
    ASSERT_TRUE(refresh(*oauth, row["refresh_token"].GetString()));
    EXPECT_EQ(last_request().body, row["refresh_body"].GetString());
  }
}

TEST_F(SchwabOauthTest, AFailedCodeExchangeIsTriedOnce) {
  const auto oauth = oauth_of(vectors["oauth"][0]);
  ASSERT_TRUE(exchange(*oauth, "first"));  // leaves a kept-alive connection
  for (const auto& [status, kind] : std::vector<std::pair<int, broker_failure>>{{400, broker_failure::refused},
                                                                                {401, broker_failure::refused},
                                                                                {429, broker_failure::throttled},
                                                                                {500, broker_failure::server_error},
                                                                                {201, broker_failure::malformed}}) {
    answer_with([status = status](const http::request&) {
      return http::response{status, {}, R"({"error":"invalid_grant"})"};
    });
    const auto before = asked().size();
    const auto tokens = exchange(*oauth, "code");
    ASSERT_FALSE(tokens);
    EXPECT_EQ(tokens.error().kind, kind) << status;
    EXPECT_NE(tokens.error().detail.find("invalid_grant"), std::string::npos);
    EXPECT_EQ(tokens.error().detail.find("broker.app_secret") != std::string::npos, status == 401)
        << tokens.error().detail;
    EXPECT_EQ(asked().size(), before + 1);
  }
  answer_with([](const http::request&) { return http::response{200, {}, tokens_json}; });
  ASSERT_TRUE(exchange(*oauth, "again"));
  break_with(http::connection_fault::close_without_answer);
  const auto before = asked().size();
  EXPECT_EQ(exchange(*oauth, "code").error().kind, broker_failure::no_answer);
  EXPECT_EQ(asked().size(), before + 1);
}

TEST_F(SchwabOauthTest, OnlyTheBrokersOwnOauthErrorRefusesARefreshToken) {
  const auto oauth = oauth_of(vectors["oauth"][0]);
  const auto kind_of = [&](int status, const char* body) {
    answer_with([=](const http::request&) { return http::response{status, {}, body}; });
    return refresh(*oauth, "token").error().kind;
  };
  for (const int status : {400, 401})
    for (const char* code : {"invalid_grant", "unsupported_token_type", "invalid_client", "invalid_request"})
      EXPECT_EQ(kind_of(status, (R"({"error":")" + std::string{code} + R"(","error_description":"no"})").c_str()),
                broker_failure::refused)
          << status << code;
  for (const char* body :
       {"<html><body>Access Denied</body></html>", "", "{}", R"({"message":"Forbidden"})",
        R"({"error":"temporarily_unavailable"})", R"({"error":"server_error"})", R"({"error":null})"})
    for (const int status : {400, 401, 403})
      EXPECT_EQ(kind_of(status, body), broker_failure::malformed) << status << body;
  EXPECT_EQ(kind_of(403, R"({"error":"invalid_grant"})"), broker_failure::malformed) << "403 is a firewall's";
}

TEST_F(SchwabOauthTest, TheAccountsOfALoginAreAskedForWithItsAccessToken) {
  const auto oauth = oauth_of(vectors["oauth"][0]);
  answer_with([](const http::request&) {
    return http::response{200, {}, R"([{"accountNumber":"12345678","hashValue":"A1"}])"};
  });
  const auto all = wait_for<std::vector<ports::broker_account>>([&](auto done) { oauth->accounts("a1", done); });
  ASSERT_TRUE(all && all->size() == 1U);
  EXPECT_EQ(all->front().number + all->front().hash, "12345678A1");
  const auto r = last_request();
  EXPECT_EQ(r.method + " " + r.target, "GET /trader/v1/accounts/accountNumbers");
  EXPECT_EQ(http::find_header(r.headers, "Authorization"), "Bearer a1");
  answer_with([](const http::request&) { return http::response{401, {}, R"({"message":"no"})"}; });
  EXPECT_FALSE(wait_for<std::vector<ports::broker_account>>([&](auto done) { oauth->accounts("a1", done); }));
}

TEST_F(SchwabOauthTest, AnswersWithoutBothTokensAreMalformed) {
  const auto oauth = oauth_of(vectors["oauth"][0]);
  for (const char* body : {R"({"access_token":"a1"})", R"({"refresh_token":"r1"})", "<html>", ""}) {
    answer_with([body](const http::request&) { return http::response{200, {}, body}; });
    EXPECT_EQ(exchange(*oauth, "code").error().kind, broker_failure::malformed) << body;
    EXPECT_EQ(refresh(*oauth, "token").error().kind, broker_failure::malformed) << body;
  }
}

TEST_F(SchwabOauthTest, ErrorsHoldNoSecrets) {
  const auto& row = vectors["oauth"][1];
  const auto oauth = oauth_of(row);
  const std::string code = row["code"].GetString();
  // A broker that repeats the secrets of the request.
  answer_with([&](const http::request& r) {
    const auto header = *http::find_header(r.headers, "Authorization");
    return http::response{401, {}, R"({"error":"invalid_client","error_description":")" + header + " " + code + "\"}"};
  });
  const auto tokens = exchange(*oauth, code);
  ASSERT_FALSE(tokens);
  for (const auto& secret : {code, std::string{row["app_secret"].GetString()},
                             std::string{row["basic_authorization"].GetString()}.substr(6)})
    EXPECT_EQ(tokens.error().detail.find(secret), std::string::npos) << tokens.error().detail;
  EXPECT_NE(tokens.error().detail.find("invalid_client"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::schwab
