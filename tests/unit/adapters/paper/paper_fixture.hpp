// A brokerage without sockets, a clock that stands still, and a client that has logged in.
#pragma once

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <string>

#include "runtime/adapters/paper/brokerage.hpp"
#include "tests/support/fake_clock.hpp"

namespace hedgerow::paper {

inline constexpr const char* test_origin = "http://127.0.0.1:18080";
/// test_app_key:test_app_secret (facts, 5.1)
inline constexpr const char* test_basic = "Basic dGVzdF9hcHBfa2V5OnRlc3RfYXBwX3NlY3JldA==";

inline paper_options test_options() {
  paper_options o;
  o.app_key = "test_app_key";
  o.app_secret = "test_app_secret";
  o.redirect_uri = "https://127.0.0.1/callback";
  o.account_hash = "ABC123DEF456";
  o.start_prices = {{"AAPL", "150.25"}, {"NVDA", "120"}, {"BRK/B", "480.5"}, {"SPY", "600"}};
  return o;
}

inline rapidjson::Document parse_json(const std::string& text) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  EXPECT_FALSE(json.HasParseError()) << text;
  return json;
}

inline std::string order_body(const std::string& symbol, const std::string& instruction, const std::string& quantity) {
  return R"({"orderType":"MARKET","session":"NORMAL","duration":"DAY","orderStrategyType":"SINGLE",)"
         R"("orderLegCollection":[{"instruction":")" +
         instruction + R"(","quantity":)" + quantity + R"(,"instrument":{"symbol":")" + symbol +
         R"(","assetType":"EQUITY"}}]})";
}

inline std::string header(const http::response& r, std::string_view name) {
  return http::find_header(r.headers, name).value_or("");
}

/// The number at the end of Location; empty when there is none.
inline std::string location_id(const http::response& r) {
  const std::string location = header(r, "Location");
  const auto slash = location.rfind('/');
  return slash == std::string::npos ? "" : location.substr(slash + 1);
}

inline http::request form_post(const std::string& path, const std::string& body) {
  return {"POST", path, {{"Content-Type", "application/x-www-form-urlencoded"}, {"Authorization", test_basic}}, body};
}

class paper_test : public ::testing::Test {
 protected:
  /// Opens (or opens again) with `options`.
  void open() {
    broker.reset();
    auto opened = brokerage::open(options, clock);
    ASSERT_TRUE(opened) << opened.error();
    broker = std::move(*opened);
  }
  void open_and_log_in() {
    open();
    log_in();
  }

  void set_time(const std::string& to) { clock.advance(*parse_time(to) - clock.now()); }

  outcome handle(const http::request& r) { return broker->handle(r, test_origin); }

  std::string new_code(const std::string& state = "s1") {
    const auto answer = handle(form_post("/v1/oauth/authorize", "client_id=test_app_key&redirect_uri=" +
                                                                    http::percent_encode(options.redirect_uri) +
                                                                    "&response_type=code&state=" + state))
                            .response;
    EXPECT_EQ(answer.status, 302) << answer.body;
    return http::parse_target(header(answer, "Location")).find("code").value_or("");
  }

  http::response exchange(const std::string& code) {
    return handle(form_post("/v1/oauth/token", "grant_type=authorization_code&code=" + http::percent_encode(code) +
                                                   "&redirect_uri=" + http::percent_encode(options.redirect_uri)))
        .response;
  }

  void log_in() {
    const auto answer = exchange(new_code());
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto json = parse_json(answer.body);
    access = json["access_token"].GetString();
    refresh = json["refresh_token"].GetString();
  }

  outcome call(const std::string& method, const std::string& target, const std::string& body = {}) {
    return handle(
        {method, target, {{"Authorization", "Bearer " + access}, {"Content-Type", "application/json"}}, body});
  }
  http::response get(const std::string& target) { return call("GET", target).response; }

  [[nodiscard]] std::string orders_path() const { return "/trader/v1/accounts/" + options.account_hash + "/orders"; }
  outcome place(const std::string& symbol, const std::string& instruction, std::int64_t quantity) {
    return call("POST", orders_path(), order_body(symbol, instruction, std::to_string(quantity)));
  }
  /// Places and returns the id.
  std::string placed(const std::string& symbol, const std::string& instruction, std::int64_t quantity) {
    const auto answer = place(symbol, instruction, quantity).response;
    EXPECT_EQ(answer.status, 201) << answer.body;
    return location_id(answer);
  }
  rapidjson::Document order_of(const std::string& id) {
    const auto answer = get(orders_path() + "/" + id);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_json(answer.body);
  }
  std::string status_of(const std::string& id) { return order_of(id)["status"].GetString(); }
  rapidjson::Document books() { return parse_json(get("/paper/ledger").body); }
  void faults(const std::string& plan) {
    const auto set = broker->set_faults(plan);
    ASSERT_TRUE(set) << set.error();
  }

  /// Friday, 11:00 in New York.
  test::fake_clock clock{*parse_time("2025-08-29T15:00:00Z")};
  paper_options options = test_options();
  std::unique_ptr<brokerage> broker;
  std::string access;
  std::string refresh;
};

}  // namespace hedgerow::paper
