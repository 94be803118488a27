#include <gtest/gtest.h>

#include "runtime/adapters/schwab/schwab_parse.hpp"
#include "wire_vectors.hpp"

namespace hedgerow::schwab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(SchwabParse, OrderBodiesOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  for (const auto& row : vectors["orders"].GetArray()) {
    const auto body = order_body({*symbol::parse(row["symbol"].GetString()),
                                  *parse_side(row["instruction"].GetString()), row["quantity"].GetUint64()});
    ASSERT_TRUE(body) << body.error();
    EXPECT_EQ(*body, test::wire_text(row["json"]));
  }
}

TEST(SchwabParse, InvalidOrdersOfTheVectorsCannotBeWritten) {
  EXPECT_FALSE(order_body({*symbol::parse("AAPL"), side::buy, 0}));
  EXPECT_FALSE(order_body({*symbol::parse("AAPL"), side::buy, 4294967296}));
  EXPECT_FALSE(order_body({symbol{}, side::buy, 1}));
  EXPECT_FALSE(symbol::parse(""));
  EXPECT_FALSE(symbol::parse("AAPL0x"));
}

TEST(SchwabParse, LocationsOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  for (const auto& row : vectors["location_headers"].GetArray()) {
    const std::string location = row["location"].IsNull() ? "" : row["location"].GetString();
    const auto id = parse_location(location);
    ASSERT_EQ(id.has_value(), !row["order_id"].IsNull()) << location;
    if (id) {
      EXPECT_EQ(id->str(), row["order_id"].GetString());
    }
  }
  EXPECT_EQ(parse_location("/trader/v1/accounts/A/orders/7?x=1")->str(), "7");
  EXPECT_FALSE(parse_location("/orders/7/trader/v1/accounts/A"));
  EXPECT_FALSE(parse_location("/trader/v1/accounts/A/orders/7/8"));
  EXPECT_FALSE(parse_location("/trader/v1/accounts/A/orders/seven")) << "other brokers may have such ids";
}

TEST(SchwabParse, AccountNumbersOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  const auto body = test::wire_text(vectors["account_numbers"]["response"]);
  const auto all = parse_accounts(body);
  ASSERT_TRUE(all) << all.error();
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].hash, "ABC123DEF456");
  EXPECT_EQ((*all)[1].hash, "XYZ789");
  EXPECT_TRUE(parse_accounts("[]")->empty());
  for (const char* bad : {"{}", ""}) EXPECT_FALSE(parse_accounts(bad)) << bad;
}

TEST(SchwabParse, AnAccountThatCannotBeReadKeepsItsPlaceAndHidesNoOther) {
  const auto all =
      parse_accounts(R"([{},{"accountNumber":5,"hashValue":"A"},{"accountNumber":"12345678","hashValue":"B"}])");
  ASSERT_TRUE(all) << all.error();
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].number + (*all)[0].hash, "");
  EXPECT_EQ((*all)[1].number + (*all)[1].hash, "A");
  EXPECT_EQ((*all)[2].number + (*all)[2].hash, "12345678B");
}

TEST(SchwabParse, PositionsAreLongMinusShort) {
  const auto aapl = *symbol::parse("AAPL");
  const auto account = [](const std::string& positions) { return R"({"securitiesAccount":{)" + positions + "}}"; };
  const auto entry = [](const std::string& name, const std::string& quantities) {
    return R"({"instrument":{"symbol":")" + name + R"("},)" + quantities + "}";
  };
  const auto body = account("\"positions\":[" + entry("MSFT", R"("longQuantity":7.0,"shortQuantity":0)") + "," +
                            entry("AAPL", R"("longQuantity":10.5,"shortQuantity":0.0)") + "," +
                            entry("AAPL", R"("shortQuantity":12,"longQuantity":0)") + "]");
  EXPECT_EQ(parse_position(body, aapl)->to_string(), "-1.5");
  EXPECT_EQ(parse_position(body, *symbol::parse("MSFT"))->to_string(), "7");
  EXPECT_TRUE(parse_position(body, *symbol::parse("TSLA"))->is_zero());
  EXPECT_TRUE(parse_position(account(R"("type":"CASH")"), aapl)->is_zero());
  for (const auto& bad :
       {std::string{"{}"}, std::string{"[]"}, std::string{R"({"securitiesAccount":null})"}, account(R"("positions":5)"),
        account(R"("positions":[{}])"), account("\"positions\":[" + entry("AAPL", R"("longQuantity":1)") + "]"),
        account("\"positions\":[" + entry("AAPL", R"("longQuantity":"1","shortQuantity":0)") + "]")})
    EXPECT_FALSE(parse_position(bad, aapl)) << bad;
  const auto among = [&](const std::string& odd) {
    return account("\"positions\":[" + odd + "," + entry("AAPL", R"("longQuantity":1,"shortQuantity":0)") + "]");
  };
  for (const auto& odd : {entry("MSFT", R"("longQuantity":"1")"),
                          std::string{R"({"instrument":{"assetType":"CASH_EQUIVALENT"},"longQuantity":5})"}})
    EXPECT_EQ(parse_position(among(odd), aapl)->to_string(), "1")
        << "an odd entry of another is nobody's business: " << odd;
  EXPECT_FALSE(parse_position(among(R"({"instrument":{"assetType":"EQUITY"},"longQuantity":5})"), aapl));
}

TEST(SchwabParse, MarketHoursOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  int open = 0;
  for (const auto& row : vectors["market_hours"].GetArray()) {
    const auto session = parse_session(test::wire_text(row["response"]));
    // An unreadable session is not open either.
    const bool is_open = session && session->is_open(*parse_time(row["now"].GetString()));
    EXPECT_EQ(is_open, row["open"].GetBool()) << row["name"].GetString();
    EXPECT_EQ(session.has_value(), std::string_view{row["name"].GetString()} != "no_equity_key");
    open += is_open ? 1 : 0;
  }
  EXPECT_EQ(open, 4);
}

TEST(SchwabParse, MarketHoursThatMakeNoSenseAreErrors) {
  const auto day = [](const std::string& rest) { return R"({"equity":{"EQ":{"isOpen":true,)" + rest + "}}}"; };
  const auto hours = [&](const std::string& start, const std::string& end) {
    return day(R"("sessionHours":{"regularMarket":[{"start":")" + start + R"(","end":")" + end + R"("}]})");
  };
  EXPECT_TRUE(parse_session(hours("2025-01-03T09:30:00-05:00", "2025-01-03T16:00:00-05:00")));
  for (const auto& bad :
       {hours("2025-01-03T16:00:00-05:00", "2025-01-03T09:30:00-05:00"), hours("09:30", "16:00"),
        hours("", "2025-01-03T16:00:00-05:00"), std::string{R"({"equity":{}})"}, std::string{R"({"equity":{"EQ":{}}})"},
        std::string{R"({"equity":{"EQ":{"isOpen":"true"}}})"},
        std::string{R"({"equity":{"A":{"isOpen":true},"B":{"isOpen":false}}})"}, std::string{"[]"}, std::string{"x"}})
    EXPECT_FALSE(parse_session(bad)) << bad;
}

TEST(SchwabParse, TokenAnswersOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  for (const auto& row : vectors["token_responses"].GetArray()) {
    const auto body = row.HasMember("json") ? test::wire_text(row["json"]) : std::string{row["text"].GetString()};
    const auto tokens = parse_tokens(body);
    ASSERT_EQ(tokens.has_value(), row["ok"].GetBool()) << body;
    if (!tokens) continue;
    EXPECT_EQ(tokens->access_token, "a1");
    EXPECT_EQ(tokens->refresh_token, "r1");
    EXPECT_EQ(tokens->access_lifetime, seconds{1800});
  }
  EXPECT_EQ(parse_tokens(R"({"access_token":"a","refresh_token":"r","expires_in":60})")->access_lifetime, seconds{60});
  for (const char* bad : {R"({"access_token":"","refresh_token":"r"})", R"({"access_token":"a","refresh_token":5})",
                          R"({"access_token":"a","refresh_token":"r","expires_in":-1})",
                          R"({"access_token":"a","refresh_token":"r","expires_in":1e99})"})
    EXPECT_FALSE(parse_tokens(bad)) << bad;
}

TEST(SchwabParse, CallbackUrlsOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  for (const auto& row : vectors["callback_urls"].GetArray()) {
    const auto code = parse_callback_url(row["url"].GetString());
    ASSERT_EQ(code.has_value(), !row["code"].IsNull()) << row["url"].GetString();
    if (code) {
      EXPECT_EQ(*code, row["code"].GetString());
    }
  }
  EXPECT_FALSE(parse_callback_url("?code=x"));
  EXPECT_FALSE(parse_callback_url("https://127.0.0.1/#code=x"));
}

broker_failure kind_for(const std::string& klass) {
  if (klass == "permanent") return broker_failure::refused;
  if (klass == "auth") return broker_failure::unauthorized;
  if (klass == "not_found") return broker_failure::not_found;
  if (klass == "throttled") return broker_failure::throttled;
  return broker_failure::server_error;
}

TEST(SchwabParse, HttpErrorsOfTheVectors) {
  const auto vectors = test::load_wire_vectors("schwab.json");
  for (const auto& row : vectors["http_errors"].GetArray()) {
    http::response answer{row["http"].GetInt(), {}, row.HasMember("body") ? test::wire_text(row["body"]) : ""};
    if (row.HasMember("headers")) answer.headers = {{"retry-after", row["headers"]["Retry-After"].GetString()}};
    const auto error = read_error(answer, {});
    EXPECT_EQ(error.kind, kind_for(row["klass"].GetString())) << answer.status;
    EXPECT_EQ(error.http_status, answer.status);
    EXPECT_EQ(error.retry_after, row.HasMember("headers") ? milliseconds{5000} : milliseconds{0});
    if (row.HasMember("body")) {
      EXPECT_NE(error.detail.find(row["body"]["message"].GetString()), std::string::npos);
    }
  }
}

TEST(SchwabParse, UndocumentedStatusesSayNothingAboutTheOrder) {
  for (const int status : {302, 402, 405, 408, 409, 415, 422, 600})
    EXPECT_EQ(read_error({status, {}, ""}, {}).kind, broker_failure::malformed) << status;
  for (const int status : {500, 502, 503, 504, 599})
    EXPECT_EQ(read_error({status, {}, ""}, {}).kind, broker_failure::server_error) << status;
}

TEST(SchwabParse, RetryAfterInAllItsForms) {
  const auto now = *parse_time("2025-08-29T17:15:00Z");
  EXPECT_EQ(parse_retry_after("5", now), seconds{5});
  EXPECT_EQ(parse_retry_after("0", now), seconds{0});
  EXPECT_EQ(parse_retry_after("Fri, 29 Aug 2025 17:15:30 GMT", now), seconds{30});
  EXPECT_EQ(parse_retry_after("Fri, 29 Aug 2025 17:14:30 GMT", now), seconds{0});
  EXPECT_EQ(parse_retry_after("86400", now), seconds{3600});
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), seconds{3600});
  EXPECT_EQ(parse_retry_after("Fri, 29 Aug 2125 17:15:30 GMT", now), seconds{3600});
  for (const char* garbage :
       {"", "-5", "5s", "soon", "Fri, 29 Xxx 2025 17:15:30 GMT", "Fri, 29 ugS 2025 17:15:30 GMT",
        "Fri, 99 Aug 2025 17:15:30 GMT", "Fri, 29 Aug 2025 17:15:30 PST", "Fri, -9 Aug 2025 17:15:30 GMT"})
    EXPECT_EQ(parse_retry_after(garbage, now), seconds{0}) << garbage;
}

TEST(SchwabParse, TheBrokersWordsAreKeptAndItsSecretsMasked) {
  EXPECT_EQ(safe_text("quantity must be positive"), "quantity must be positive");
  EXPECT_EQ(safe_text("unsupported_token_type"), "unsupported_token_type");
  EXPECT_EQ(safe_text("account 12345678 (0123456789ABCDEF0123456789ABCDEF)"), "account *** (***)");
  EXPECT_EQ(safe_text("token I0.b2F1dGgyLmJkYy5zY2h3YWI@ bad"), "token *** bad");
  EXPECT_EQ(safe_text("a\r\nb\x1b[31m\xff"), "a  b [31m ");
  EXPECT_EQ(safe_text("price 12.50, 4 shares"), "price 12.50, 4 shares");
  EXPECT_LE(safe_text(std::string(5000, ' ')).size(), 203U);
  const std::string text =
      R"({"error":"unsupported_token_type","error_description":"400 Bad Request: \"{\"error_description\":)"
      R"(\"Exception while authenticating refresh token [tokenDigest=aB3dE5fG7hI9jK1lM3nO5pQ7=]\"}\""})";
  const auto oauth = read_error({400, {}, text}, {});
  EXPECT_NE(oauth.detail.find("unsupported_token_type"), std::string::npos) << oauth.detail;
  EXPECT_EQ(oauth.detail.find("aB3dE5"), std::string::npos) << oauth.detail;
  const auto market =
      read_error({400, {}, R"({"errors":[{"id":"x","title":"Bad Request","detail":"date is past"}]})"}, {});
  EXPECT_EQ(market.detail, "HTTP 400: Bad Request; date is past");
  EXPECT_EQ(read_error({502, {}, "<html>12345678</html>"}, {}).detail, "HTTP 502");
}

TEST(SchwabParse, TheDayIsThatOfTheExchange) {
  for (const auto& [utc, day] :
       std::vector<std::pair<const char*, const char*>>{{"2025-01-03T04:59:59Z", "2025-01-02"},
                                                        {"2025-01-03T05:00:00Z", "2025-01-03"},
                                                        {"2025-07-02T03:59:59Z", "2025-07-01"},
                                                        {"2025-07-02T04:00:00Z", "2025-07-02"},
                                                        {"2025-03-09T04:59:59Z", "2025-03-08"},
                                                        {"2025-03-10T04:00:00Z", "2025-03-10"},
                                                        {"2025-11-02T04:00:00Z", "2025-11-02"},
                                                        {"2025-11-03T04:59:59Z", "2025-11-02"},
                                                        {"2025-11-03T05:00:00Z", "2025-11-03"},
                                                        {"2026-01-01T00:00:00Z", "2025-12-31"}})
    EXPECT_EQ(eastern_date(*parse_time(utc)), day) << utc;
}

}  // namespace
}  // namespace hedgerow::schwab
