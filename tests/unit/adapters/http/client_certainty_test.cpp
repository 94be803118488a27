// What the client claims about a request that failed: not sent for certain, or no answer.
#include <sys/socket.h>

#include <cerrno>

#include "client_fixture.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::http {
namespace {

using namespace hedgerow::test;
using ClientCertaintyTest = client_test;
using std::chrono::milliseconds;

/// Answers the first request, then does `next` with the connection.
scripted_server::script answer_then(std::function<void(raw_connection&)> next) {
  return [next = std::move(next)](raw_connection& c) {
    (void)c.read_message();
    c.send(ok_answer);
    next(c);
  };
}

void answer_all(raw_connection& c) {
  while (!c.read_message().empty()) c.send(ok_answer);
}

TEST_F(ClientCertaintyTest, RefusedConnectionsAreNotSent) {
  std::uint16_t port = 0;
  {
    scripted_server gone{{[](raw_connection&) {}}};
    port = gone.port();
  }
  const auto o = ask(*connect_to("http://127.0.0.1:" + std::to_string(port)), post("order"));
  EXPECT_TRUE(failed_as(o, client_failure::not_sent));
  EXPECT_NE(o.error().detail.find("127.0.0.1:" + std::to_string(port)), std::string::npos) << o.error().detail;
}

TEST_F(ClientCertaintyTest, UnknownHostsAreNotSent) {
  EXPECT_TRUE(failed_as(ask(*connect_to("http://no-such-host.invalid"), post("order")), client_failure::not_sent));
}

TEST_F(ClientCertaintyTest, AHandshakeThatNeverEndsIsNotSent) {
  options.connect_timeout = milliseconds{50};
  scripted_server s{{[](raw_connection& c) { (void)c.read_all(); }}};
  const auto o = ask(*connect_to("https://127.0.0.1:" + std::to_string(s.port())), post("order"));
  EXPECT_TRUE(failed_as(o, client_failure::not_sent));
  EXPECT_NE(o.error().detail.find("timed out"), std::string::npos) << o.error().detail;
}

TEST_F(ClientCertaintyTest, ACloseAfterTheRequestIsNoAnswerAndIsNotRepeated) {
  for (const bool with_reset : {false, true}) {
    scripted_server s{{[with_reset](raw_connection& c) {
      (void)c.read_message();
      with_reset ? c.reset() : c.close();
    }}};
    EXPECT_TRUE(failed_as(ask(*connect_to(s.origin()), post("order")), client_failure::no_answer));
    EXPECT_TRUE(failed_as(ask(*connect_to(s.origin()), get(), true), client_failure::no_answer));
    EXPECT_EQ(s.accepted(), 2);
  }
}

TEST_F(ClientCertaintyTest, HalfAnAnswerIsNoAnswerAndIsNotRepeated) {
  scripted_server s{{answer_then([](raw_connection& c) {
    (void)c.read_message();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  })}};
  const auto client = connect_to(s.origin());
  EXPECT_TRUE(ask(*client, get()));
  EXPECT_TRUE(failed_as(ask(*client, get(), true), client_failure::no_answer));
  EXPECT_EQ(s.accepted(), 1);
}

TEST_F(ClientCertaintyTest, ASlowAnswerIsNoAnswerAndItsConnectionIsNotUsedAgain) {
  options.request_timeout = milliseconds{50};
  scripted_server s{{[](raw_connection& c) {
                       (void)c.read_message();
                       (void)c.read_all();
                     },
                     answer_all}};
  const auto client = connect_to(s.origin());
  EXPECT_TRUE(failed_as(ask(*client, post("order")), client_failure::no_answer));
  EXPECT_TRUE(ask(*client, get()));
  EXPECT_EQ(s.accepted(), 2);
}

/// After a plain close the kernel would go on sending an order that the peer has not acknowledged, long after it was
/// concluded that no request can be under way.
TEST_F(ClientCertaintyTest, ARequestThatIsGivenUpIsTakenBackFromTheKernel) {
  options.request_timeout = milliseconds{50};
  std::promise<int> seen;
  scripted_server s{{[&](raw_connection& c) {
    (void)c.read_message();
    char byte = 0;
    const auto n = ::recv(c.descriptor(), &byte, 1, 0);
    seen.set_value(n < 0 ? errno : 0);
  }}};
  EXPECT_TRUE(failed_as(ask(*connect_to(s.origin()), post("order")), client_failure::no_answer));
  EXPECT_EQ(seen.get_future().get(), ECONNRESET) << "0 is an orderly end";
}

TEST_F(ClientCertaintyTest, ATricklingAnswerDoesNotExtendTheTimeOut) {
  options.request_timeout = milliseconds{50};
  scripted_server s{{[](raw_connection& c) {
    (void)c.read_message();
    c.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    // Ends when the client has closed: sending then fails and reading tells.
    while (c.read_for(milliseconds{5})) c.send("x");
  }}};
  const auto o = ask(*connect_to(s.origin()), get());
  EXPECT_TRUE(failed_as(o, client_failure::no_answer));
  EXPECT_NE(o.error().detail.find("in time"), std::string::npos) << o.error().detail;
}

TEST_F(ClientCertaintyTest, AnIdleConnectionClosedByThePeerCostsAPlacementNothing) {
  std::promise<void> closed;
  std::promise<std::string> order;
  scripted_server s{{answer_then([&](raw_connection& c) {
                       c.close();
                       closed.set_value();
                     }),
                     [&](raw_connection& c) {
                       order.set_value(c.read_message());
                       c.send(ok_answer);
                     }}};
  const auto client = connect_to(s.origin());
  EXPECT_TRUE(ask(*client, get()));
  closed.get_future().get();
  const auto o = ask(*client, post("order"), false);
  ASSERT_TRUE(o) << o.error().detail;
  EXPECT_NE(order.get_future().get().find("\r\n\r\norder"), std::string::npos);
}

/// The peer reads the second request on a kept-alive connection and closes without a byte: it may have been processed.
TEST_F(ClientCertaintyTest, AKeptAliveConnectionThatEndsUnderARequestIsRepeatedOnlyIfAllowed) {
  const auto die_on_second = answer_then([](raw_connection& c) { (void)c.read_message(); });
  {
    scripted_server s{{die_on_second, answer_all}};
    const auto client = connect_to(s.origin());
    EXPECT_TRUE(ask(*client, get()));
    EXPECT_TRUE(failed_as(ask(*client, post("order"), false), client_failure::no_answer));
    EXPECT_EQ(s.accepted(), 1);
  }
  {
    scripted_server s{{die_on_second, answer_all}};
    const auto client = connect_to(s.origin());
    EXPECT_TRUE(ask(*client, get()));
    EXPECT_TRUE(ask(*client, get(), true));
    EXPECT_EQ(s.accepted(), 2);
  }
}

TEST_F(ClientCertaintyTest, ARequestIsRepeatedOnceAtMost) {
  scripted_server s{{answer_then([](raw_connection& c) { (void)c.read_message(); }),
                     [](raw_connection& c) { (void)c.read_message(); }}};
  const auto client = connect_to(s.origin());
  EXPECT_TRUE(ask(*client, get()));
  EXPECT_TRUE(failed_as(ask(*client, get(), true), client_failure::no_answer));
  EXPECT_EQ(s.accepted(), 2);
}

TEST_F(ClientCertaintyTest, AfterTheLeaseNotAByteIsWritten) {
  std::atomic<int> bytes{0};
  scripted_server s{{[&](raw_connection& c) { bytes += static_cast<int>(c.read_all().size()); }}};
  {
    const auto client = connect_to(s.origin());
    const auto o = ask(*client, post("order"), false, in({}));
    EXPECT_TRUE(failed_as(o, client_failure::not_sent));
  }
  ASSERT_TRUE(eventually([&] { return s.accepted() == 1; }));
  EXPECT_EQ(bytes, 0);
}

TEST_F(ClientCertaintyTest, AMachineThatWasFrozenFromOutsideDoesNotWriteAfterItsLease) {
  // The monotonic clock of a paused machine stands still; the wall clock is right again when it goes on.
  std::atomic<int> bytes{0};
  scripted_server s{{[&](raw_connection& c) { bytes += static_cast<int>(c.read_all().size()); }}};
  {
    const auto client = connect_to(s.origin());
    const deadline over_by_the_wall{clock.monotonic() + std::chrono::hours{1}, clock.now()};
    EXPECT_TRUE(failed_as(ask(*client, post("order"), false, over_by_the_wall), client_failure::not_sent));
  }
  ASSERT_TRUE(eventually([&] { return s.accepted() == 1; }));
  EXPECT_EQ(bytes, 0);
}

TEST_F(ClientCertaintyTest, AWallClockThatWasSetBackDoesNotProlongALease) {
  std::atomic<int> bytes{0};
  scripted_server s{{[&](raw_connection& c) { bytes += static_cast<int>(c.read_all().size()); }}};
  {
    const auto client = connect_to(s.origin());
    const deadline over_by_the_monotonic_clock{clock.monotonic(), clock.now() + std::chrono::hours{1}};
    EXPECT_TRUE(failed_as(ask(*client, post("order"), false, over_by_the_monotonic_clock), client_failure::not_sent));
  }
  ASSERT_TRUE(eventually([&] { return s.accepted() == 1; }));
  EXPECT_EQ(bytes, 0);
}

TEST_F(ClientCertaintyTest, ALeaseThatEndsWhileWaitingForAConnectionIsNotSentAndTheConnectionStays) {
  options.max_connections = 1;
  std::promise<void> arrived;
  std::promise<void> go_on;
  std::string second;
  scripted_server s{{[&](raw_connection& c) {
    (void)c.read_message();
    arrived.set_value();
    go_on.get_future().get();
    c.send(ok_answer);
    second = c.read_message();
    c.send(ok_answer);
  }}};
  const auto client = connect_to(s.origin());
  auto first = start(*client, get("/first"), false);
  arrived.get_future().get();
  auto late = start(*client, post("order"), false, in(milliseconds{10}));
  auto third = start(*client, get("/third"), false, in(milliseconds{100}));
  clock.advance(milliseconds{10});
  go_on.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(failed_as(late.get(), client_failure::not_sent));
  EXPECT_TRUE(third.get());
  EXPECT_EQ(second.find("GET /third "), 0U);
}

TEST_F(ClientCertaintyTest, ARequestThatFoundNoConnectionInTimeIsNotSent) {
  options.max_connections = 1;
  std::promise<void> arrived;
  std::promise<void> go_on;
  scripted_server s{{[&](raw_connection& c) {
    (void)c.read_message();
    arrived.set_value();
    go_on.get_future().get();
    c.send(ok_answer);
    answer_all(c);
  }}};
  const auto client = connect_to(s.origin());
  auto first = start(*client, get(), false);
  arrived.get_future().get();
  auto late = start(*client, post("order"), false);
  // Answered at once, and after the one before it has been taken in.
  EXPECT_TRUE(failed_as(ask(*client, get("/a b")), client_failure::not_sent));
  clock.advance(options.request_timeout + milliseconds{1});
  go_on.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(failed_as(late.get(), client_failure::not_sent));
  EXPECT_TRUE(ask(*client, get())) << "the connection is still there";
  EXPECT_EQ(s.accepted(), 1);
}

TEST_F(ClientCertaintyTest, BeforeTheLeaseEndsTheRequestIsWritten) {
  scripted_server s{{answer_all}};
  EXPECT_TRUE(ask(*connect_to(s.origin()), post("order"), false, in(std::chrono::microseconds{1})));
}

TEST_F(ClientCertaintyTest, ClosingTheClientAnswersEverything) {
  options.max_connections = 1;
  std::promise<void> arrived;
  scripted_server s{{[&](raw_connection& c) {
    (void)c.read_message();
    arrived.set_value();
    (void)c.read_all();
  }}};
  auto client = connect_to(s.origin());
  auto written = start(*client, post("order"), false);
  arrived.get_future().get();
  auto waiting = start(*client, post("order"), false);
  client.reset();
  ASSERT_EQ(written.wait_for(milliseconds{0}), std::future_status::ready);
  ASSERT_EQ(waiting.wait_for(milliseconds{0}), std::future_status::ready);
  EXPECT_TRUE(failed_as(written.get(), client_failure::no_answer));
  EXPECT_TRUE(failed_as(waiting.get(), client_failure::not_sent));
}

TEST_F(ClientCertaintyTest, TheLastOwnerMayBeACallback) {
  scripted_server s{{answer_all}};
  auto client = connect_to(s.origin());
  std::promise<void> over;
  auto* raw = client.get();
  raw->send(get(), false, std::nullopt, [&over, held = std::move(client)](const outcome& o) mutable {
    EXPECT_TRUE(o);
    held.reset();
    over.set_value();
  });
  EXPECT_EQ(over.get_future().wait_for(std::chrono::seconds{20}), std::future_status::ready);
}

/// Under any fault: a request reported as not sent was never seen whole by the server, and every answer belongs to its
/// request. A request that the server did not see may be reported in any way.
TEST_F(ClientCertaintyTest, UnderRandomFaultsNothingSeenIsCalledNotSent) {
  std::mutex mutex;
  std::vector<std::string> seen;
  std::atomic<unsigned> count{0};
  const auto server = make_server({}, [&](exchange e) {
    {
      const std::lock_guard lock{mutex};
      seen.push_back(e.received.body);
    }
    switch (count++ % 5) {
      case 0: return e.fail(connection_fault::close_without_answer);
      case 1: return e.fail(connection_fault::reset);
      case 2: return e.fail(connection_fault::truncate_answer);
      default: return e.respond({201, {}, e.received.body});
    }
  });
  options.max_connections = 4;
  const auto client = connect_to("http://127.0.0.1:" + std::to_string((*server)->port()));
  std::vector<std::future<outcome>> all;
  for (int i = 0; i < 400; ++i) all.push_back(start(*client, post(std::to_string(i)), false));
  int answered = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto o = all[i].get();
    const std::lock_guard lock{mutex};
    const auto times = std::count(seen.begin(), seen.end(), std::to_string(i));
    EXPECT_LE(times, 1);
    if (o) {
      ++answered;
      EXPECT_EQ(o->body, std::to_string(i));
    } else if (o.error().kind == client_failure::not_sent) {
      EXPECT_EQ(times, 0) << o.error().detail;
    }
  }
  EXPECT_GT(answered, 100);
}

}  // namespace
}  // namespace hedgerow::http
