// Several subscribers on one connection: each hears its own logs, from its own `up` on, and nothing after its end.
#include <gtest/gtest.h>

#include "recorder.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "scripted_node.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::evm {
namespace {

using test::eventually;
using test::recorder;
using test::scripted_node;

const address book_one = *address::parse("0x" + std::string(40, '1'));
const address book_two = *address::parse("0x" + std::string(40, '2'));

/// A node that names a log subscription after the digit that its contract is made of: 0xb1, 0xb2.
struct WsSubscribers : ::testing::Test {
  WsSubscribers() {
    node.on("eth_subscribe", [](const std::string& params) {
      if (params.find("newHeads") != std::string::npos) return std::string{R"("result":"0xa1")"};
      return std::string{"\"result\":\"0xb"} + (params.find(book_one.to_string()) != std::string::npos ? "1\"" : "2\"");
    });
    node.on("eth_unsubscribe", [](const auto&) { return R"("result":true)"; });
    chain_client_options options;
    options.url = node.url();
    options.reconnect_min = std::chrono::milliseconds{5};
    options.reconnect_max = std::chrono::milliseconds{40};
    options.stale_after = std::chrono::seconds{60};
    client = *make_rpc_client(options, clock, random);
  }

  void push_log(const address& from, char subscription) {
    const std::string hash = "0x" + std::string(64, '3');
    node.push(R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xb)" +
              std::string(1, subscription) + R"(","result":{"address":")" + from.to_string() + R"(","topics":[")" +
              hash + R"("],"data":"0x00","blockNumber":"0x11","transactionHash":")" + hash +
              R"(","transactionIndex":"0x0","blockHash":")" + hash + R"(","logIndex":"0x3","removed":false}}})");
  }

  adapters::system_clock clock;
  adapters::splitmix_random random{7};
  scripted_node node;
  recorder first;
  recorder second;
  std::shared_ptr<rpc_client> client;
};

TEST_F(WsSubscribers, EachHearsItsOwnLogsAndAllHearHeads) {
  const auto one = client->subscribe({{book_one}, {}}, first.listener());
  const auto two = client->subscribe({{book_two}, {}}, second.listener());
  ASSERT_TRUE(eventually([&] { return first.ups == 1 && second.ups == 1; }));
  EXPECT_EQ(node.connections(), 1);
  EXPECT_EQ(node.asked("eth_subscribe"), 3) << "heads once";
  push_log(book_one, '1');
  push_log(book_two, '2');
  push_log(book_one, '2');
  node.push_head(17);
  ASSERT_TRUE(eventually([&] { return first.heads().size() == 1 && second.heads().size() == 1; }));
  ASSERT_EQ(first.logs().size(), 1U);
  EXPECT_EQ(first.logs()[0].log.book, book_one);
  ASSERT_EQ(second.logs().size(), 1U) << "what the node sends beyond the filter is not told";
  EXPECT_EQ(second.logs()[0].log.book, book_two);
  EXPECT_TRUE(first.malformed().empty());
}

TEST_F(WsSubscribers, OneThatComesLaterIsUpOnTheSameConnection) {
  const auto one = client->subscribe({{book_one}, {}}, first.listener());
  ASSERT_TRUE(eventually([&] { return first.ups == 1; }));
  const auto two = client->subscribe({{book_two}, {}}, second.listener());
  ASSERT_TRUE(eventually([&] { return second.ups == 1; }));
  push_log(book_two, '2');
  ASSERT_TRUE(eventually([&] { return second.logs().size() == 1; }));
  EXPECT_EQ(first.ups, 1) << "nothing changed for it";
  EXPECT_EQ(node.connections(), 1);
}

TEST_F(WsSubscribers, OneThatEndsHearsNothingMoreAndTheOthersGoOn) {
  const auto one = client->subscribe({{book_one}, {}}, first.listener());
  auto two = client->subscribe({{book_two}, {}}, second.listener());
  ASSERT_TRUE(eventually([&] { return first.ups == 1 && second.ups == 1; }));
  two.drop();
  ASSERT_TRUE(eventually([&] { return node.asked("eth_unsubscribe") == 1; }));
  EXPECT_EQ(node.parameters("eth_unsubscribe"), R"(["0xb2"])");
  push_log(book_two, '2');
  push_log(book_one, '1');
  ASSERT_TRUE(eventually([&] { return first.logs().size() == 1; }));
  EXPECT_TRUE(second.logs().empty());
  EXPECT_TRUE(first.malformed().empty()) << "late logs of an ended subscription are no garbage";
}

TEST_F(WsSubscribers, AllAreUpAgainAfterALoss) {
  const auto one = client->subscribe({{book_one}, {}}, first.listener());
  const auto two = client->subscribe({{book_two}, {}}, second.listener());
  ASSERT_TRUE(eventually([&] { return first.ups == 1 && second.ups == 1; }));
  node.drop();
  ASSERT_TRUE(eventually([&] { return first.ups == 2 && second.ups == 2; }));
  EXPECT_EQ(first.downs().size(), 1U);
  EXPECT_EQ(second.downs().size(), 1U);
  push_log(book_two, '2');
  ASSERT_TRUE(eventually([&] { return second.logs().size() == 1; }));
}

TEST_F(WsSubscribers, QuestionsNeedNoSubscriber) {
  client->connect();
  client->connect();
  ASSERT_TRUE(eventually([&] { return node.asked("eth_blockNumber") == 1; }));
  node.on("eth_chainId", [](const auto&) { return R"("result":"0x7a69")"; });
  test::answer_box<std::uint64_t> id;
  client->chain_id(id.callback());
  ASSERT_TRUE(eventually([&] { return id.count() == 1; }));
  ASSERT_TRUE(id.get()) << id.get().error().detail;
  EXPECT_EQ(*id.get(), 31337U);
}

}  // namespace
}  // namespace hedgerow::evm
