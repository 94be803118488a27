#include "paper_fixture.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;

class PaperOauthTest : public paper_test {
 protected:
  void SetUp() override { open(); }
  std::string error_of(const http::response& r) { return parse_json(r.body)["error"].GetString(); }
  http::response refresh_with(const std::string& token) {
    return handle(form_post("/v1/oauth/token", "grant_type=refresh_token&refresh_token=" + http::percent_encode(token)))
        .response;
  }
};

TEST_F(PaperOauthTest, LoginPageIsAFormThatCarriesTheEscapedParameters) {
  const auto page = handle({"GET",
                            "/v1/oauth/authorize?client_id=test_app_key&redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback"
                            "&response_type=code&state=%22%3E%3Cscript%3E",
                            {},
                            ""})
                        .response;
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(header(page, "Content-Type").find("text/html"), std::string::npos);
  EXPECT_NE(page.body.find("Log in and allow"), std::string::npos);
  EXPECT_NE(page.body.find("&quot;&gt;&lt;script&gt;"), std::string::npos);
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
}

TEST_F(PaperOauthTest, WrongClientOrRedirectIsA400PageAndNeverRedirects) {
  const std::string good = "redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback";
  for (const std::string& query :
       {"client_id=nobody&" + good, std::string{"client_id=test_app_key"}, good, std::string{},
        std::string{"client_id=test_app_key&redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback%2F"},
        "client_id=test_app_key&response_type=token&" + good}) {
    EXPECT_EQ(handle({"GET", "/v1/oauth/authorize?" + query, {}, ""}).response.status, 400) << query;
    const auto posted = handle(form_post("/v1/oauth/authorize", query)).response;
    EXPECT_EQ(posted.status, 400) << query;
    EXPECT_EQ(header(posted, "Location"), "");
  }
}

TEST_F(PaperOauthTest, LoginRedirectsWithCodeSessionAndState) {
  const auto answer = handle(form_post("/v1/oauth/authorize",
                                       "client_id=test_app_key&redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback"
                                       "&state=a%26b%20c"))
                          .response;
  ASSERT_EQ(answer.status, 302);
  const std::string location = header(answer, "Location");
  EXPECT_EQ(location.find("https://127.0.0.1/callback?code="), 0U);
  EXPECT_NE(location.find("%40&session="), std::string::npos);
  EXPECT_EQ(http::parse_target(location).find("state"), "a&b c");
}

TEST_F(PaperOauthTest, ACodeWorksOnceWithinThirtySeconds) {
  const auto code = new_code();
  clock.advance(29s);
  const auto first = exchange(code);
  ASSERT_EQ(first.status, 200);
  const auto json = parse_json(first.body);
  EXPECT_EQ(json["expires_in"].GetInt(), 1800);
  EXPECT_STREQ(json["token_type"].GetString(), "Bearer");
  EXPECT_STREQ(json["scope"].GetString(), "api");
  EXPECT_TRUE(json.HasMember("id_token"));
  const auto second = exchange(code);
  EXPECT_EQ(second.status, 400);
  EXPECT_EQ(error_of(second), "invalid_grant");
  const auto stale = new_code();
  clock.advance(30s);
  EXPECT_EQ(error_of(exchange(stale)), "invalid_grant");
  EXPECT_EQ(error_of(exchange("made-up@")), "invalid_grant");
}

TEST_F(PaperOauthTest, AWrongRedirectUriUsesTheCodeUp) {
  const auto code = new_code();
  const std::string form = "grant_type=authorization_code&redirect_uri=https%3A%2F%2Fevil&code=";
  const auto wrong = handle(form_post("/v1/oauth/token", form + http::percent_encode(code))).response;
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(exchange(code).status, 400);
}

TEST_F(PaperOauthTest, TheClientMustProveItself) {
  const auto code = new_code();
  const std::string body = "grant_type=authorization_code&code=" + http::percent_encode(code) +
                           "&redirect_uri=https%3A%2F%2F127.0.0.1%2Fcallback";
  for (const char* basic : {"Basic dGVzdF9hcHBfa2V5Ondyb25n", "Basic !!!!", "Basic", "Basic ", "Bearer x", "",
                            "Basic dGVzdF9hcHBfa2V5OnRlc3RfYXBwX3NlY3JldA"}) {
    auto r = form_post("/v1/oauth/token", body);
    r.headers[1].second = basic;
    const auto answer = handle(r).response;
    EXPECT_EQ(answer.status, 401) << basic;
    EXPECT_EQ(error_of(answer), "invalid_client");
    EXPECT_EQ(answer.body.find("test_app_secret"), std::string::npos);
  }
  EXPECT_EQ(exchange(code).status, 200) << "a refused client does not use the code up";
}

TEST_F(PaperOauthTest, BadFormsAre400) {
  for (const std::string& body :
       {std::string{}, std::string{"grant_type=password"}, std::string{"grant_type=authorization_code"},
        std::string{"grant_type=authorization_code&code="}, std::string{"grant_type=refresh_token"},
        std::string{"grant_type=refresh_token&refresh_token="}, std::string{"&&&=%zz%"}, std::string(70000, '&')})
    EXPECT_EQ(handle(form_post("/v1/oauth/token", body)).response.status, 400) << body.substr(0, 60);
  auto json_body = form_post("/v1/oauth/token", R"({"grant_type":"refresh_token"})");
  json_body.headers[0].second = "application/json";
  EXPECT_EQ(error_of(handle(json_body).response), "invalid_request");
}

TEST_F(PaperOauthTest, RefreshReturnsTheSameRefreshTokenUntilSevenDaysAfterLogin) {
  log_in();
  const std::string first = access;
  clock.advance(24h);
  const auto answer = refresh_with(refresh);
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(parse_json(answer.body)["refresh_token"].GetString(), refresh);
  EXPECT_NE(parse_json(answer.body)["access_token"].GetString(), first);
  clock.advance(6 * 24h - 1s);
  EXPECT_EQ(refresh_with(refresh).status, 200);
  clock.advance(1s);
  const auto dead = refresh_with(refresh);
  EXPECT_EQ(dead.status, 400);
  EXPECT_EQ(error_of(dead), "unsupported_token_type");
}

TEST_F(PaperOauthTest, ANewLoginSupersedesTheOldRefreshToken) {
  log_in();
  const std::string old = refresh;
  log_in();
  EXPECT_EQ(refresh_with(old).status, 400);
  EXPECT_EQ(refresh_with(refresh).status, 200);
}

TEST_F(PaperOauthTest, TheApiWantsALiveAccessToken) {
  EXPECT_EQ(get("/trader/v1/accounts/accountNumbers").status, 401);
  log_in();
  EXPECT_EQ(get("/trader/v1/accounts/accountNumbers").status, 200);
  clock.advance(1800s - 1us);
  EXPECT_EQ(get("/trader/v1/accounts/accountNumbers").status, 200);
  clock.advance(1us);
  const auto expired = get("/trader/v1/accounts/accountNumbers");
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.body.find(access), std::string::npos);
  EXPECT_TRUE(parse_json(expired.body).HasMember("message"));
  access = "garbage";
  EXPECT_EQ(place("AAPL", "BUY", 1).response.status, 401);
}

TEST_F(PaperOauthTest, LifetimesCanBeConfigured) {
  options.access_lifetime = 5s;
  options.refresh_lifetime = 60s;
  open_and_log_in();
  clock.advance(5s);
  EXPECT_EQ(get("/trader/v1/accounts").status, 401);
  EXPECT_EQ(refresh_with(refresh).status, 200);
  clock.advance(55s);
  EXPECT_EQ(refresh_with(refresh).status, 400);
}

}  // namespace
}  // namespace hedgerow::paper
