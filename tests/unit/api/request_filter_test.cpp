// Requests that a web page makes a browser send are refused; those of people, programs and the broker's redirect pass.
#include "runtime/api/request_filter.hpp"

#include <gtest/gtest.h>

namespace hedgerow::api {
namespace {

/// Empty when it may go on.
std::string refusal(http::headers sent, caller may = caller::reader) {
  return find_refusal({"GET", "/", std::move(sent), ""}, may, {"node.example"}).value_or("");
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(RequestFilter, ProgramsAtAnyAddressOfTheNodePass) {
  for (const char* host : {"127.0.0.1:8081", "127.0.0.1", "[::1]:8081", "[2001:db8::7]", "10.1.2.3:80",
                           "localhost:8080", "LOCALHOST", "node.example:8080", "Node.Example", ""})
    EXPECT_EQ(refusal({{"Host", host}}), "") << host;
  EXPECT_EQ(refusal({}), "");
}

TEST(RequestFilter, AnotherNameIsRefusedWithWhatToDo) {
  for (const char* host : {"evil.example:8081", "127.0.0.1.evil.example", "node.example.evil.example",
                           "localhost.evil.example", "127.1", "2130706433", "[evil.example]:80", "[]", ":80"}) {
    const auto why = refusal({{"Host", host}});
    EXPECT_TRUE(mentions(why, "api.allowed_hosts")) << host << ": " << why;
  }
  EXPECT_LT(refusal({{"Host", std::string(20'000, 'a')}}).size(), 400U);
}

TEST(RequestFilter, APageOfAnotherOriginIsRefused) {
  for (const char* origin :
       {"https://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8081", "file://"})
    EXPECT_TRUE(mentions(refusal({{"Host", "127.0.0.1:8081"}, {"Origin", origin}}), "web page")) << origin;
  EXPECT_TRUE(mentions(refusal({{"Origin", "http://"}}), "web page"));
  EXPECT_EQ(refusal({{"Host", "127.0.0.1:8081"}, {"Origin", "http://127.0.0.1:8081"}}), "");
  EXPECT_EQ(refusal({{"Host", "node.example"}, {"Origin", "https://node.example"}}), "") << "behind a proxy with TLS";
}

TEST(RequestFilter, WhatTheBrowserCallsCrossSiteIsRefusedWithoutAnOriginToo) {
  for (const char* site : {"cross-site", "same-site"})
    EXPECT_TRUE(mentions(refusal({{"Host", "localhost"}, {"Sec-Fetch-Site", site}}), "another site")) << site;
  for (const char* site : {"none", "same-origin"})
    EXPECT_EQ(refusal({{"Host", "localhost"}, {"Sec-Fetch-Site", site}}), "") << site;
}

TEST(RequestFilter, TheBrokersRedirectPassesWhereItIsExpectedAndOnlyInAWindow) {
  const http::headers redirect{{"Host", "localhost"},
                               {"Sec-Fetch-Site", "cross-site"},
                               {"Sec-Fetch-Mode", "navigate"},
                               {"Sec-Fetch-Dest", "document"}};
  EXPECT_EQ(refusal(redirect, caller::redirected), "");
  EXPECT_NE(refusal(redirect, caller::reader), "") << "a page must not begin a login";
  auto framed = redirect;
  framed[3].second = "iframe";
  EXPECT_NE(refusal(framed, caller::redirected), "");
  auto fetched = redirect;
  fetched[2].second = "no-cors";
  EXPECT_NE(refusal(fetched, caller::redirected), "");
}

TEST(RequestFilter, WhatChangesSomethingNeedsAHeaderThatNoForeignPageCanSend) {
  const auto why = refusal({{"Host", "localhost"}}, caller::person);
  EXPECT_TRUE(mentions(why, "-H 'X-Hedgerow: 1'")) << why;
  EXPECT_NE(refusal({{"Host", "localhost"}, {"X-Hedgerow", ""}}, caller::person), "");
  EXPECT_EQ(refusal({{"Host", "localhost"}, {"x-hedgerow", "1"}}, caller::person), "");
}

}  // namespace
}  // namespace hedgerow::api
