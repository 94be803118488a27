// The paper broker over real sockets: login, placement, faults on the wire, many clients, stopping.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "paper_fixture.hpp"
#include "raw_client.hpp"
#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/adapters/paper/work_queue.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::paper {
namespace {

using namespace std::chrono_literals;

class PaperServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    start();
    log_in();
  }
  void start() {
    broker.reset();
    auto started = start_paper_broker(options, clock);
    ASSERT_TRUE(started) << started.error();
    broker = std::move(*started);
  }
  std::optional<http::response> send(const http::request& r) const { return raw_call(broker->port(), r); }
  void log_in() {
    const std::string redirect = "&redirect_uri=" + http::percent_encode(options.redirect_uri);
    const auto page = send({"GET", "/v1/oauth/authorize?client_id=test_app_key" + redirect, {}, ""});
    ASSERT_TRUE(page && page->status == 200);
    const auto login = send(form_post("/v1/oauth/authorize", "client_id=test_app_key" + redirect));
    ASSERT_TRUE(login && login->status == 302);
    const auto code = http::parse_target(header(*login, "Location")).find("code");
    ASSERT_TRUE(code);
    const auto token = send(
        form_post("/v1/oauth/token", "grant_type=authorization_code&code=" + http::percent_encode(*code) + redirect));
    ASSERT_TRUE(token && token->status == 200);
    access = parse_json(token->body)["access_token"].GetString();
  }
  std::optional<http::response> call(const std::string& method, const std::string& target,
                                     const std::string& body = {}) const {
    return send({method, target, {{"Authorization", "Bearer " + access}, {"Content-Type", "application/json"}}, body});
  }
  std::optional<http::response> place() const { return call("POST", orders, order_body("AAPL", "BUY", "5")); }
  std::size_t recorded() const { return parse_json(*broker->ledger())["orders"].Size(); }
  void fault(const std::string& rule) const {
    ASSERT_TRUE(broker->set_faults(R"([{"operation":"place",)" + rule + "}]"));
  }

  const std::string orders = "/trader/v1/accounts/ABC123DEF456/orders";
  test::fake_clock clock{*parse_time("2025-08-29T15:00:00Z")};
  paper_options options = test_options();
  std::unique_ptr<paper_broker> broker;
  std::string access;
};

TEST_F(PaperServerTest, PlacesAndReportsOverHttp) {
  const auto answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "");
  const std::string location = header(*answer, "Location");
  ASSERT_EQ(location.find(broker->origin() + orders + "/"), 0U) << location;
  clock.advance(1s);
  const auto order = call("GET", location.substr(broker->origin().size()));
  ASSERT_TRUE(order);
  EXPECT_STREQ(parse_json(order->body)["status"].GetString(), "FILLED");
  const auto refused = send({"GET", "/trader/v1/accounts", {}, ""});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 401);
  const auto books = send({"GET", "/paper/ledger", {}, ""});
  ASSERT_TRUE(books);
  EXPECT_EQ(books->body, *broker->ledger());
}

TEST_F(PaperServerTest, LostRepliesCloseTheConnectionWithAndWithoutAnOrder) {
  fault(R"("kind":"lost_reply","nth":1)");
  EXPECT_FALSE(place());
  EXPECT_EQ(recorded(), 1U);
  fault(R"("kind":"drop_before","nth":1)");
  EXPECT_FALSE(place());
  EXPECT_EQ(recorded(), 1U);
  fault(R"("kind":"truncated","nth":1)");
  EXPECT_FALSE(place());
  EXPECT_EQ(recorded(), 2U);
  const auto after = place();
  ASSERT_TRUE(after);
  EXPECT_EQ(after->status, 201);
}

TEST_F(PaperServerTest, StatusesAndHeadersOfFaultsArrive) {
  fault(R"("kind":"throttle","nth":1,"retry_after_s":9)");
  auto answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(header(*answer, "Retry-After"), "9");
  fault(R"("kind":"error_after","nth":1,"status":500)");
  answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 500);
  fault(R"("kind":"missing_location","nth":1)");
  answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(header(*answer, "Location"), "");
  fault(R"("kind":"garbage","nth":1)");
  answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(recorded(), 3U);
}

TEST_F(PaperServerTest, ASlowAnswerTakesItsTimeAndDoesNotHoldUpOthers) {
  fault(R"("kind":"slow","nth":1,"delay_ms":1000)");
  const auto start = std::chrono::steady_clock::now();
  std::optional<http::response> slow;
  std::atomic<bool> answered = false;
  std::thread waiting{[&] {
    slow = place();
    answered = true;
  }};
  EXPECT_TRUE(test::eventually([&] { return recorded() == 1; }));
  const auto other = call("GET", "/trader/v1/accounts");
  EXPECT_FALSE(answered);
  waiting.join();
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1000ms);
  ASSERT_TRUE(slow && other);
  EXPECT_EQ(slow->status, 201);
  EXPECT_EQ(other->status, 200);
}

TEST_F(PaperServerTest, ALateRecordAppearsAfterItsDelay) {
  fault(R"("kind":"late_record","nth":1,"delay_ms":200)");
  std::optional<http::response> late;
  std::thread waiting{[&] { late = place(); }};
  EXPECT_TRUE(test::eventually([&] { return recorded() == 1; }));
  waiting.join();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, 201);
}

TEST_F(PaperServerTest, ConcurrentPlacementsAreAllRecordedOnceWithDifferentNumbers) {
  constexpr int threads = 8, each = 25;
  std::vector<std::vector<std::string>> ids(threads);
  std::vector<std::thread> clients;
  for (int t = 0; t < threads; ++t)
    clients.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const auto answer = place();
        if (answer && answer->status == 201) ids[static_cast<std::size_t>(t)].push_back(location_id(*answer));
      }
    });
  for (auto& c : clients) c.join();
  std::set<std::string> distinct;
  for (const auto& list : ids) distinct.insert(list.begin(), list.end());
  EXPECT_EQ(distinct.size(), static_cast<std::size_t>(threads * each));
  clock.advance(1s);
  const auto books = parse_json(*broker->ledger());
  EXPECT_EQ(books["orders"].Size(), static_cast<unsigned>(threads * each));
  EXPECT_EQ(books["positions"]["AAPL"]["quantity"].GetInt64(), threads * each * 5);
}

TEST_F(PaperServerTest, StopsWhileAnswersAreStillHeldBack) {
  fault(R"("kind":"slow","delay_ms":60000)");
  std::optional<http::response> held;
  std::thread waiting{[&, port = broker->port()] {
    held = raw_call(port, {"POST", orders, {{"Authorization", "Bearer " + access}}, order_body("AAPL", "BUY", "5")});
  }};
  EXPECT_TRUE(test::eventually([&] { return recorded() == 1; }));
  const auto start = std::chrono::steady_clock::now();
  broker.reset();
  waiting.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
  EXPECT_TRUE(!held || held->status == 500);
}

TEST_F(PaperServerTest, NonsenseOnTheWireDoesNotHarmIt) {
  for (const std::string& bytes :
       {std::string{"\r\n\r\n"}, std::string{"GET\r\n\r\n"}, std::string(200000, 'x') + "\r\n\r\n",
        std::string{"GET / HTTP/1.1\r\nHost: a\"<>b\r\nConnection: close\r\n\r\n"},
        std::string{"POST /v1/oauth/token HTTP/1.1\r\nContent-Length: -5\r\n\r\n"}}) {
    const auto answer = parse_answer(raw_exchange(broker->port(), bytes));
    EXPECT_TRUE(!answer || answer->status >= 400) << bytes.substr(0, 60);
  }
  const auto answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
}

TEST_F(PaperServerTest, LocationNamesTheBrokerEvenWithoutAUsableHostHeader) {
  const std::string body = order_body("AAPL", "BUY", "1");
  for (const char* host : {"", "Host: a<b>\r\n"}) {
    const std::string bytes = "POST " + orders + " HTTP/1.1\r\n" + host + "Connection: close\r\n" +
                              "Authorization: Bearer " + access + "\r\n" +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    const auto answer = parse_answer(raw_exchange(broker->port(), bytes));
    ASSERT_TRUE(answer) << host;
    EXPECT_EQ(header(*answer, "Location").find(broker->origin() + orders + "/"), 0U) << host;
  }
}

TEST_F(PaperServerTest, LocationNamesTheBrokerAsAProxyWithTlsShowsIt) {
  const auto location_with = [&](const http::headers& forwarded) {
    http::request r{"POST", orders, {{"Authorization", "Bearer " + access}}, order_body("AAPL", "BUY", "1")};
    r.headers.insert(r.headers.end(), forwarded.begin(), forwarded.end());
    const auto answer = send(r);
    return answer ? header(*answer, "Location") : std::string{};
  };
  EXPECT_EQ(location_with({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "api.schwabapi.com"}})
                .find("https://api.schwabapi.com" + orders + "/"),
            0U);
  EXPECT_EQ(location_with({{"X-Forwarded-Proto", "https"}}).find("https://"), 0U);
  EXPECT_EQ(location_with({{"X-Forwarded-Proto", "gopher"}}).find("http://"), 0U);
  EXPECT_EQ(location_with({{"X-Forwarded-Host", "a<b>"}}).find("a<b>"), std::string::npos);
  options.public_url = "https://paper.example:8443";
  start();
  log_in();
  EXPECT_EQ(location_with({{"X-Forwarded-Proto", "http"}}).find("https://paper.example:8443" + orders + "/"), 0U);
}

TEST_F(PaperServerTest, AnAddressInUseAndABadOptionAreReported) {
  paper_options second = options;
  second.port = broker->port();
  const auto taken = start_paper_broker(second, clock);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().find(std::to_string(second.port)), std::string::npos) << taken.error();
  second.app_secret.clear();
  const auto invalid = start_paper_broker(second, clock);
  ASSERT_FALSE(invalid);
  EXPECT_NE(invalid.error().find("app_secret"), std::string::npos);
}

TEST_F(PaperServerTest, ARestartOnTheSameFileKeepsOrdersAndLogin) {
  const auto file = std::filesystem::path{::testing::TempDir()} / "paper_server_ledger.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  options.ledger = file.string();
  start();
  log_in();
  ASSERT_TRUE(place());
  clock.advance(1s);
  const auto before = *broker->ledger();
  start();
  EXPECT_EQ(*broker->ledger(), before);
  const auto answer = place();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  broker.reset();
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
}

TEST(WorkQueue, DoesJobsInTheOrderOfTheirTimeAndDropsTheRestAtStop) {
  std::mutex mutex;
  std::string done;
  const auto note = [&](char c) {
    return [&, c] {
      const std::lock_guard lock{mutex};
      done += c;
    };
  };
  work_queue queue;
  queue.post(note('c'), 60ms);
  queue.post(note('b'), 30ms);
  queue.post(note('a'));
  queue.post(note('z'), 1h);
  EXPECT_TRUE(test::eventually([&] {
    const std::lock_guard lock{mutex};
    return done.size() == 3;
  }));
  queue.stop();
  queue.post(note('y'));
  EXPECT_EQ(done, "abc");
}

}  // namespace
}  // namespace hedgerow::paper
