// The table of routes: which one takes a request, what the others answer, and that the docs show the same table.
#include "runtime/api/routes.hpp"

#include <gtest/gtest.h>

#include "runtime/api/admin_routes.hpp"
#include "runtime/api/api_routes.hpp"
#include "tests/support/made_page.hpp"

namespace hedgerow::api {
namespace {

struct Routes : ::testing::Test {
  http::response ask(const std::string& method, const std::string& target, http::headers sent = {}) {
    http::response got;
    const auto take = [this](const char* name) {
      return [this, name](const call& asked) {
        std::string text = name;
        for (const auto& part : asked.captured) text += "|" + part;
        asked.respond({200, {}, text + "?" + asked.parameter("x")});
      };
    };
    const routes table{{"GET", "/things", caller::reader, {"x", "y"}, "all", take("all")},
                       {"GET", "/things/{id}", caller::reader, {}, "one", take("one")},
                       {"POST", "/things/{id}/stop", caller::person, {}, "stops it", take("stop")}};
    http::exchange x;
    x.received = {method, target, std::move(sent), ""};
    x.respond = [&](http::response r) { got = std::move(r); };
    make_handler(table, {})(x);
    return got;
  }
};

TEST_F(Routes, ARequestGoesToTheRouteThatFits) {
  EXPECT_EQ(ask("GET", "/things").body, "all?");
  EXPECT_EQ(ask("GET", "/things?x=1%202&y=3").body, "all?1 2");
  EXPECT_EQ(ask("GET", "/things/AAPL:2").body, "one|AAPL:2?");
  EXPECT_EQ(ask("GET", "/things/BRK%2FB+1").body, "one|BRK/B+1?");
  EXPECT_EQ(ask("HEAD", "/things").body, "all?") << "the server leaves the body out";
  EXPECT_EQ(ask("POST", "/things/7/stop", {{"X-Hedgerow", "1"}}).body, "stop|7?");
}

TEST_F(Routes, WhatDoesNotFitIsToldWhatThereIs) {
  for (const char* target :
       {"/", "/thing", "/things/", "/things/a/b", "//", "/things/7/stop/", "/things//stop", "*", ""}) {
    const auto got = ask("GET", target);
    EXPECT_EQ(got.status, 404) << target;
    EXPECT_NE(got.body.find("GET /things?x=&y=, GET /things/{id}, POST /things/{id}/stop"), std::string::npos)
        << got.body;
  }
  const auto wrong = ask("GET", "/things/7/stop");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(http::find_header(wrong.headers, "Allow"), "POST");
  EXPECT_EQ(ask("POST", "/things").status, 405);
}

TEST_F(Routes, TheFilterComesBeforeEveryAnswer) {
  const http::headers evil{{"Host", "evil.example"}, {"X-Hedgerow", "1"}};
  for (const char* target : {"/things", "/nothing", "/things/7/stop"})
    for (const char* method : {"GET", "POST"}) EXPECT_EQ(ask(method, target, evil).status, 403) << method << target;
  EXPECT_EQ(ask("POST", "/things/7/stop").status, 403) << "without the header";
}

TEST(RouteTables, EveryPostOfBothPortsWantsThePersonsHeader) {
  for (const auto& table : {api_routes(nullptr), admin_routes(nullptr)})
    for (const auto& r : table) EXPECT_EQ(r.method == "POST", r.may == caller::person) << title_of(r);
}

TEST(RouteTables, TheReadmeShowsThem) {
  test::expect_made_part("README.md", "routes",
                         markdown_of({{":8080", api_routes(nullptr)}, {":8081", admin_routes(nullptr)}}));
}

}  // namespace
}  // namespace hedgerow::api
