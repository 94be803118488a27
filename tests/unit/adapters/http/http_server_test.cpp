#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "raw_peer.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::http {
namespace {

using test::raw_connection;

std::unique_ptr<server> serve(handler handle, server_options options = {}) {
  auto made = make_server(std::move(options), std::move(handle));
  EXPECT_TRUE(made) << made.error();
  return std::move(*made);
}

void echo(exchange e) {
  const auto& r = e.received;
  e.respond({200, {{"Content-Type", "text/plain"}}, r.method + " " + r.target + " " + r.body});
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  const auto s = serve(echo);
  auto c = raw_connection::to(s->port());
  c.send("POST /a?b=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_NE(c.read_message().find("\r\n\r\nPOST /a?b=1 hello"), std::string::npos);
  c.send("GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto second = c.read_message();
  EXPECT_EQ(second.find("HTTP/1.1 200 OK\r\n"), 0U);
  EXPECT_NE(second.find("GET /second "), std::string::npos);
}

TEST(HttpServer, ClosesWhenThePeerAsksForIt) {
  const auto s = serve(echo);
  auto c = raw_connection::to(s->port());
  c.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto all = c.read_all();
  EXPECT_EQ(all.find("HTTP/1.1 200 OK\r\n"), 0U);
  EXPECT_NE(all.find("Connection: close"), std::string::npos);
}

TEST(HttpServer, GivesTheHandlerHeadersAndPeer) {
  std::promise<exchange> seen;
  const auto s = serve([&](exchange e) { seen.set_value(std::move(e)); });
  auto c = raw_connection::to(s->port());
  c.send("GET / HTTP/1.1\r\nHost: x\r\nX-Thing: v\r\n\r\n");
  const auto e = seen.get_future().get();
  EXPECT_EQ(find_header(e.received.headers, "x-thing"), "v");
  EXPECT_EQ(e.peer, "127.0.0.1");
}

TEST(HttpServer, AnswersLaterFromAnotherThreadAndOnlyOnce) {
  std::promise<responder> waiting;
  const auto s = serve([&](exchange e) { waiting.set_value(e.respond); });
  auto c = raw_connection::to(s->port());
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  auto respond = waiting.get_future().get();
  waiting = {};
  std::thread{[&] {
    respond({201, {{"Location", "/orders/1"}}, ""});
    respond({500, {}, "again"});
  }}.join();
  const auto first = c.read_message();
  EXPECT_EQ(first.find("HTTP/1.1 201 Created\r\n"), 0U);
  EXPECT_NE(first.find("Location: /orders/1\r\n"), std::string::npos);
  waiting.get_future().get()({204, {}, ""});
  const auto second = c.read_message();
  EXPECT_EQ(second.find("HTTP/1.1 204 No Content\r\n"), 0U);
  EXPECT_EQ(second.find("Content-Length"), std::string::npos);
}

TEST(HttpServer, AForgottenAnswerIs500) {
  const auto s = serve([](exchange) {});
  auto c = raw_connection::to(s->port());
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(c.read_message().find("HTTP/1.1 500 "), 0U);
}

TEST(HttpServer, HeadHasLengthButNoBody) {
  const auto s = serve([](exchange e) { e.respond({200, {}, "12345"}); });
  auto c = raw_connection::to(s->port());
  c.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto all = c.read_all();
  EXPECT_NE(all.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(all.substr(all.size() - 4), "\r\n\r\n");
}

TEST(HttpServer, RefusesWhatIsNotHttp) {
  const auto s = serve(echo);
  for (const std::string_view text :
       {"\x16\x03\x01\x02 TLS client hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    auto c = raw_connection::to(s->port());
    c.send(text);
    EXPECT_EQ(c.read_all().find("HTTP/1.1 400 "), 0U) << text;
  }
}

TEST(HttpServer, RefusesBodiesAndHeadersThatAreTooLarge) {
  server_options options;
  options.max_body_bytes = 10;
  const auto s = serve(echo, options);
  auto body = raw_connection::to(s->port());
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(body.read_all().find("HTTP/1.1 413 "), 0U);
  auto head = raw_connection::to(s->port());
  head.send("GET / HTTP/1.1\r\nX: " + std::string(40000, 'x') + "\r\n\r\n");
  EXPECT_EQ(head.read_until("\r\n").find("HTTP/1.1 431 "), 0U);
}

TEST(HttpServer, DropsSilentAndSlowPeers) {
  server_options options;
  options.idle_timeout = std::chrono::milliseconds{50};
  const auto s = serve(echo, options);
  auto silent = raw_connection::to(s->port());
  EXPECT_EQ(silent.read_all(), "");
  auto slow = raw_connection::to(s->port());
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhel");
  EXPECT_EQ(slow.read_all().find("200"), std::string::npos);
}

TEST(HttpServer, BoundsItsConnectionsAndFreesTheirPlaces) {
  server_options options;
  options.max_connections = 1;
  const auto s = serve(echo, options);
  auto first = raw_connection::to(s->port());
  first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.read_message().find("HTTP/1.1 200"), 0U);
  auto second = raw_connection::to(s->port());
  EXPECT_EQ(second.read_all().find("HTTP/1.1 503"), 0U);
  first.close();
  EXPECT_TRUE(test::eventually([&] {
    auto c = raw_connection::to(s->port());
    c.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return c.read_all().find("HTTP/1.1 200") == 0;
  }));
}

TEST(HttpServer, BreaksConnectionsAsTold) {
  std::atomic<connection_fault> fault{connection_fault::close_without_answer};
  const auto s = serve([&](exchange e) { e.fail(fault); });
  const auto ask = [&] {
    auto c = raw_connection::to(s->port());
    c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    return c.read_all();
  };
  EXPECT_EQ(ask(), "");
  fault = connection_fault::reset;
  EXPECT_EQ(ask(), "");
  fault = connection_fault::truncate_answer;
  EXPECT_EQ(ask().find("HTTP/1.1 200 OK\r\nContent-Length: 4096"), 0U);
}

TEST(HttpServer, EndsWithRequestsUnansweredAndLateAnswersAreHarmless) {
  std::promise<responder> waiting;
  auto s = serve([&](exchange e) { waiting.set_value(e.respond); });
  auto c = raw_connection::to(s->port());
  c.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  auto respond = waiting.get_future().get();
  s.reset();
  EXPECT_EQ(c.read_all(), "");
  respond({200, {}, "too late"});
}

TEST(HttpServer, ManyPeersAtOnce) {
  const auto s = serve(echo);
  std::vector<std::thread> peers;
  std::atomic<int> good{0};
  for (int p = 0; p < 8; ++p)
    peers.emplace_back([&, p] {
      auto c = raw_connection::to(s->port());
      for (int i = 0; i < 200; ++i) {
        const std::string id = "/" + std::to_string(p) + "/" + std::to_string(i);
        c.send("GET " + id + " HTTP/1.1\r\nHost: x\r\n\r\n");
        if (c.read_message().find("GET " + id + " ") != std::string::npos) ++good;
      }
    });
  for (auto& peer : peers) peer.join();
  EXPECT_EQ(good, 1600);
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto s = serve(echo);
  server_options taken;
  taken.port = s->port();
  const auto second = make_server(taken, echo);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("127.0.0.1:" + std::to_string(s->port())), std::string::npos) << second.error();
  EXPECT_NE(second.error().find("choose another port"), std::string::npos) << second.error();
  server_options nowhere;
  nowhere.address = "localhost";
  const auto third = make_server(nowhere, echo);
  ASSERT_FALSE(third);
  EXPECT_NE(third.error().find("'localhost' is not an IP address"), std::string::npos) << third.error();
  server_options foreign;
  foreign.address = "192.0.2.1";
  const auto fourth = make_server(foreign, echo);
  ASSERT_FALSE(fourth);
  EXPECT_NE(fourth.error().find("this machine does not have this address"), std::string::npos) << fourth.error();
}

}  // namespace
}  // namespace hedgerow::http
