// The reasons of a node that complains, closes or refuses: reported in its own words, without secrets.
#include <gtest/gtest.h>

#include "recorder.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "scripted_node.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::evm {
namespace {

using namespace std::chrono_literals;
using ports::chain_failure;
using test::eventually;
using test::scripted_node;

class WsReasonsTest : public ::testing::Test {
 protected:
  static chain_client_options quick(const std::string& url) {
    chain_client_options options;
    options.url = url;
    options.reconnect_min = 5ms;
    options.reconnect_max = 40ms;
    options.stale_after = 60s;
    return options;
  }

  void open(chain_client_options options) {
    auto made = make_rpc_client(std::move(options), clock_, random_);
    ASSERT_TRUE(made.has_value()) << made.error();
    client_ = *made;
    listening_ = client_->subscribe({{address{}}, {hash32{}}}, seen_.listener());
  }

  bool up(int times = 1) {
    return eventually([&] { return seen_.ups >= times; });
  }

  adapters::system_clock clock_;
  adapters::splitmix_random random_{42};
  test::recorder seen_;
  std::shared_ptr<rpc_client> client_;
  ports::subscription listening_;
};

TEST_F(WsReasonsTest, ARateLimitWithoutARequestIsAThrottleWithTheWishOfTheNode) {
  scripted_node node;
  open(quick(node.url("/v2/KEYKEYKEYKEY")));
  ASSERT_TRUE(up());
  node.push(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32005,"message":"request rate exceeded for KEYKEYKEYKEY",)"
            R"("data":{"rate":{"backoff_seconds":20}}}})");
  ASSERT_TRUE(eventually([&] { return seen_.complaints().size() == 1; }));
  EXPECT_EQ(seen_.complaints()[0].kind, chain_failure::throttled);
  EXPECT_EQ(seen_.complaints()[0].wait, 20s);
  EXPECT_EQ(seen_.complaints()[0].detail, "-32005 request rate exceeded for ***");
  EXPECT_TRUE(seen_.malformed().empty());
  EXPECT_EQ(node.connections(), 1);
}

TEST_F(WsReasonsTest, TheNodesOwnReasonForClosingIsToldWithoutItsSecrets) {
  scripted_node node;
  open(quick(node.url("/v2/KEYKEYKEYKEY")));
  ASSERT_TRUE(up());
  node.push_close(1008, "quota of KEYKEYKEYKEY\nexceeded");
  ASSERT_TRUE(up(2));
  ASSERT_EQ(seen_.downs().size(), 1U);
  EXPECT_TRUE(seen_.downs()[0].ends_with(": the node closed the connection with code 1008: quota of *** exceeded"))
      << seen_.downs()[0];
  node.push_close(1001, "");
  ASSERT_TRUE(up(3));
  EXPECT_TRUE(seen_.downs()[1].ends_with("with code 1001")) << seen_.downs()[1];
}

TEST_F(WsReasonsTest, ARefusedUpgradeIsToldWithItsBodyAndTriedAgainWhenTheNodeWishes) {
  scripted_node node;
  node.decline_with(429, "Retry-After: 1\r\n", "daily limit of KEYKEYKEYKEY\r\nreached, " + std::string(1000, 'x'));
  const auto before = clock_.monotonic();
  open(quick(node.url("/v2/KEYKEYKEYKEY")));
  ASSERT_TRUE(eventually([&] { return !seen_.downs().empty(); }));
  EXPECT_NE(seen_.downs()[0].find("HTTP 429, Retry-After 1 s: daily limit of *** reached, xxx"), std::string::npos)
      << seen_.downs()[0];
  EXPECT_LT(seen_.downs()[0].size(), 300U);
  node.decline_with(0);
  ASSERT_TRUE(up());
  EXPECT_GE(clock_.monotonic() - before, 1s) << "the back-off alone is 40 ms at most";
  EXPECT_EQ(node.declined(), 1);
}

TEST_F(WsReasonsTest, ADateToTryAgainIsReckonedByTheNodesOwnClock) {
  scripted_node node;
  node.decline_with(503, "Date: Wed, 21 Oct 2026 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2026 07:28:01 GMT\r\n", "");
  const auto before = clock_.monotonic();
  open(quick(node.url("/")));
  ASSERT_TRUE(eventually([&] { return !seen_.downs().empty(); }));
  EXPECT_NE(seen_.downs()[0].find("HTTP 503, Retry-After 1 s"), std::string::npos) << seen_.downs()[0];
  node.decline_with(0);
  ASSERT_TRUE(up());
  EXPECT_GE(clock_.monotonic() - before, 1s) << "the back-off alone is 40 ms at most";
}

}  // namespace
}  // namespace hedgerow::evm
