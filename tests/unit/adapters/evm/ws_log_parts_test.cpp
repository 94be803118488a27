// A block whose answer is larger than the largest frame, over a real socket.
#include <gtest/gtest.h>

#include "recorder.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "scripted_node.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::evm {
namespace {

using namespace std::chrono_literals;

TEST(WsLogParts, ABlockWhoseAnswerBrokeTheConnectionIsReadInPartsOnTheNext) {
  const auto text = [](char digit) { return "0x" + std::string(64, digit); };
  const auto topic = *hash32::parse(text('7'));
  const auto other = *hash32::parse(text('8'));
  test::scripted_node node;
  const std::string block = R"("result":{"number":"0x11","timestamp":"0x6","hash":")" + text('1') +
                            R"(","parentHash":")" + text('0') + R"("})";
  node.on("eth_getBlockByNumber", [&](const auto&) { return block; });
  node.on("eth_getLogs", [&](const std::string& params) -> std::string {
    if (params.find("blockHash") == std::string::npos) return R"("result":")" + std::string(200'000, 'x') + '"';
    if (params.find(topic.to_string()) == std::string::npos) return R"("result":[])";
    return R"("result":[{"address":")" + address{}.to_string() + R"(","topics":[")" + topic.to_string() +
           R"("],"data":"0x","blockNumber":"0x11","blockHash":")" + text('1') + R"(","transactionHash":")" + text('2') +
           R"(","logIndex":"0x3"}])";
  });
  chain_client_options options;
  options.url = node.url();
  options.reconnect_min = 5ms;
  options.max_frame_bytes = 64 * 1024;
  adapters::system_clock clock;
  adapters::splitmix_random random{42};
  const auto client = *make_rpc_client(options, clock, random);
  test::recorder seen;
  const auto listening = client->subscribe({{address{}}, {topic}}, seen.listener());
  ASSERT_TRUE(test::eventually([&] { return seen.ups == 1; }));

  const ports::evm_log_query query{17, 17, {address{}}, {topic, other}};
  test::answer_box<ports::evm_logs> broken;
  client->logs(query, broken.callback());
  ASSERT_TRUE(test::eventually([&] { return broken.count() == 1; }));
  ASSERT_FALSE(broken.get());
  EXPECT_EQ(broken.get().error().kind, ports::chain_failure::disconnected);
  ASSERT_TRUE(test::eventually([&] { return seen.ups == 2; }));

  test::answer_box<ports::evm_logs> whole;
  client->logs(query, whole.callback());
  ASSERT_TRUE(test::eventually([&] { return whole.count() == 1; }));
  ASSERT_TRUE(whole.get()) << whole.get().error().detail;
  EXPECT_EQ(whole.get()->logs.size(), 1U);
  EXPECT_EQ(node.asked("eth_getLogs"), 3);
  EXPECT_EQ(node.parameters("eth_getLogs"), R"([{"blockHash":")" + text('1') + R"(","address":[")" +
                                                address{}.to_string() + R"("],"topics":[[")" + other.to_string() +
                                                R"("]]}])");
  client->close();
}

}  // namespace
}  // namespace hedgerow::evm
