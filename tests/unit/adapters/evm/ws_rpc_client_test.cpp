// The chain client against a node that answers, lies, falls silent and breaks off.
#include "runtime/adapters/evm/ws_rpc_client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "recorder.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "scripted_node.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::evm {
namespace {

using namespace std::chrono_literals;
using ports::chain_failure;
using test::answer_box;
using test::eventually;
using test::recorder;
using test::scripted_node;

const address book = *address::parse("0x881cf4c0764e733d9c387f3858ee87cca04affe0");
const hash32 topic = *hash32::parse("0x" + std::string(64, '7'));

std::string log_text(const std::string& where, const std::string& extra) {
  return R"({"address":")" + where + R"(","topics":[")" + topic.to_string() +
         R"("],"data":"0x00","blockNumber":"0x11","blockHash":"0x)" + std::string(64, '1') +
         R"(","transactionHash":"0x)" + std::string(64, '2') + R"(","logIndex":"0x3")" + extra + "}";
}

/// Its data is a number. (A second member `data` would not do: the first one counts.)
std::string unreadable_log(const std::string& where) {
  std::string text = log_text(where, "");
  const std::string data = R"("data":"0x00")";
  return text.replace(text.find(data), data.size(), R"("data":7)");
}

std::string notification(const std::string& subscription, const std::string& result) {
  return R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":")" + subscription +
         R"(","result":)" + result + "}}";
}

class WsRpcClientTest : public ::testing::Test {
 protected:
  void open(chain_client_options options) {
    auto made = make_rpc_client(std::move(options), clock_, random_);
    ASSERT_TRUE(made.has_value()) << made.error();
    client_ = *made;
    listening_ = client_->subscribe({{book}, {topic}}, seen_.listener());
  }

  chain_client_options quick(const std::string& url) {
    chain_client_options options;
    options.url = url;
    options.request_timeout = 2000ms;
    options.reconnect_min = 5ms;
    options.reconnect_max = 40ms;
    options.stale_after = 60s;
    return options;
  }

  bool up(int times = 1) {
    return eventually([&] { return seen_.ups >= times; });
  }

  adapters::system_clock clock_;
  adapters::splitmix_random random_{42};
  recorder seen_;
  std::shared_ptr<rpc_client> client_;
  ports::subscription listening_;
};

TEST_F(WsRpcClientTest, IsUpAfterBothSubscriptionsAndDeliversWhatFollows) {
  scripted_node node;
  open(quick(node.url()));
  ASSERT_TRUE(up());
  EXPECT_EQ(node.asked("eth_subscribe"), 2);
  EXPECT_EQ(node.parameters("eth_subscribe"),
            R"(["logs",{"address":[")" + book.to_string() + R"("],"topics":[[")" + topic.to_string() + R"("]]}])");
  node.push_head(17);
  node.push(notification("0xb2", log_text(book.to_string(), R"(,"removed":false)")));
  node.push(notification("0xb2", log_text("0x" + std::string(40, '9'), "")));
  node.push(notification("0xb2", log_text(book.to_string(), R"(,"removed":true)")));
  ASSERT_TRUE(eventually([&] { return seen_.logs().size() == 2; }));
  EXPECT_FALSE(seen_.logs()[0].removed);
  EXPECT_TRUE(seen_.logs()[1].removed);
  EXPECT_EQ(seen_.logs()[0].log.ref.log_index, 3U);
  ASSERT_EQ(seen_.heads().size(), 1U);
  EXPECT_EQ(seen_.heads()[0].number, 17U);
  EXPECT_TRUE(seen_.malformed().empty());
}

TEST_F(WsRpcClientTest, GarbageIsToldAndTheConnectionGoesOn) {
  scripted_node node;
  open(quick(node.url()));
  ASSERT_TRUE(up());
  node.push("{\"jsonrpc\":");
  node.push(std::string(100'000, '['));
  node.push(notification("0xb2", unreadable_log(book.to_string())));
  node.push(notification("0xb2", unreadable_log("0x" + std::string(40, '9'))));
  node.push(notification("0xff", "{}"));
  node.push(R"({"jsonrpc":"2.0","id":4711,"result":"0x1"})");
  node.push(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}})");
  node.push(notification("0xb2", log_text(book.to_string(), "")));
  ASSERT_TRUE(eventually([&] { return seen_.logs().size() == 1; }));
  ASSERT_EQ(seen_.malformed().size(), 5U) << "a stranger's log and an error without a request are none";
  EXPECT_EQ(seen_.malformed()[1].text.size(), 64U * 1024U);
  EXPECT_EQ(seen_.malformed()[2].reason, "log: data is not 0x and an even number of hex digits");
  EXPECT_EQ(seen_.malformed()[2].book, book);
  EXPECT_EQ(seen_.malformed()[2].topic0, topic);
  EXPECT_EQ(seen_.malformed()[2].tx_hash->to_string(), "0x" + std::string(64, '2'));
  ASSERT_EQ(seen_.complaints().size(), 1U);
  EXPECT_EQ(seen_.complaints()[0].detail, "-32700 parse error");
  EXPECT_EQ(node.connections(), 1);
}

TEST_F(WsRpcClientTest, BytesThatAreNoFrameLeadToANewConnection) {
  scripted_node node;
  open(quick(node.url()));
  ASSERT_TRUE(up());
  node.push_bytes("\xff\xff this is no frame");
  ASSERT_TRUE(up(2));
  EXPECT_EQ(seen_.malformed().size(), 1U);
  EXPECT_EQ(seen_.downs().size(), 1U);
}

TEST_F(WsRpcClientTest, ATruncatedFrameIsALossAndNothingOfItIsUsed) {
  scripted_node node;
  open(quick(node.url()));
  ASSERT_TRUE(up());
  node.push_bytes(std::string{"\x81\x7d{\"jsonrpc\":\"2.0\","});
  node.drop();
  ASSERT_TRUE(up(2));
  EXPECT_TRUE(seen_.logs().empty());
  node.push_head(20);
  ASSERT_TRUE(eventually([&] { return seen_.heads().size() == 1; }));
}

TEST_F(WsRpcClientTest, RequestsUnderWayFailOnceWhenTheConnectionBreaks) {
  scripted_node node;
  node.on("eth_chainId", [](const auto&) { return std::nullopt; });
  open(quick(node.url()));
  ASSERT_TRUE(up());
  answer_box<std::uint64_t> box;
  client_->chain_id(box.callback());
  ASSERT_TRUE(eventually([&] { return node.asked("eth_chainId") == 1; }));
  node.drop();
  ASSERT_TRUE(eventually([&] { return box.count() == 1; }));
  EXPECT_EQ(box.get().error().kind, chain_failure::disconnected);
  ASSERT_TRUE(up(2));
  node.on("eth_chainId", [](const auto&) { return "\"result\":\"0x2105\""; });
  answer_box<std::uint64_t> again;
  client_->chain_id(again.callback());
  ASSERT_TRUE(eventually([&] { return again.count() == 1; }));
  EXPECT_EQ(again.get(), 8453U);
  EXPECT_EQ(box.count(), 1U);
}

TEST_F(WsRpcClientTest, ARequestWithoutAnswerTimesOutAndItsLateAnswerIsIgnored) {
  scripted_node node;
  node.on("eth_chainId", [](const auto&) { return std::nullopt; });
  auto options = quick(node.url());
  options.request_timeout = 50ms;
  open(options);
  ASSERT_TRUE(up());
  answer_box<std::uint64_t> box;
  client_->chain_id(box.callback());
  ASSERT_TRUE(eventually([&] { return box.count() == 1; }));
  EXPECT_EQ(box.get().error().kind, chain_failure::timed_out);
  node.push(R"({"jsonrpc":"2.0","id":4,"result":"0x1"})");
  node.push_head(17);
  ASSERT_TRUE(eventually([&] { return seen_.heads().size() == 1; }));
  EXPECT_TRUE(seen_.malformed().empty());
  EXPECT_EQ(box.count(), 1U);
}

TEST_F(WsRpcClientTest, AnswersAndErrorObjectsReachTheirCallers) {
  scripted_node node;
  node.on("eth_getLogs", [&](const std::string& params) -> std::optional<std::string> {
    if (params.find("0x10000") != std::string::npos) {
      return R"("error":{"code":-32005,"message":"query returned more than 10000 results"})";
    }
    return "\"result\":[" + log_text(book.to_string(), "") + "," + log_text("0x" + std::string(40, '9'), "") + ",5]";
  });
  node.on("eth_getTransactionReceipt", [](const auto&) { return "\"result\":null"; });
  node.on("eth_call", [](const auto&) { return R"("error":{"code":3,"message":"execution reverted"})"; });
  node.on("eth_getBlockByNumber", [](const auto&) { return "\"result\":{\"number\":\"0x1\"}"; });
  open(quick(node.url()));
  ASSERT_TRUE(up());
  answer_box<ports::evm_logs> wide, narrow;
  answer_box<std::optional<ports::evm_logs>> receipt;
  answer_box<bytes> call;
  answer_box<ports::chain_block> head;
  client_->logs({.from = 1, .to = 65536, .books = {book}, .topic0 = {topic}}, wide.callback());
  client_->logs({.from = 1, .to = 2, .books = {book}, .topic0 = {topic}}, narrow.callback());
  client_->receipt_logs(topic, receipt.callback());
  client_->call(book, bytes{0x95, 0xd8, 0x9b, 0x41}, call.callback());
  client_->head(head.callback());
  ASSERT_TRUE(eventually([&] { return head.count() == 1; }));
  EXPECT_EQ(wide.get().error().kind, chain_failure::range_too_wide);
  EXPECT_EQ(narrow.get()->logs.size(), 1U) << "a stranger's log is dropped";
  EXPECT_EQ(narrow.get()->malformed.size(), 1U);
  EXPECT_FALSE(receipt.get()->has_value());
  EXPECT_EQ(call.get().error().kind, chain_failure::reverted);
  EXPECT_EQ(node.parameters("eth_call"), R"([{"to":")" + book.to_string() + R"(","data":"0x95d89b41"},"latest"])");
  EXPECT_EQ(head.get().error().kind, chain_failure::malformed);
}

TEST_F(WsRpcClientTest, AnAnswerThatIsTooLargeAsksForANarrowerRange) {
  scripted_node node;
  node.on("eth_getLogs", [](const auto&) { return "\"result\":\"" + std::string(200'000, 'x') + "\""; });
  auto options = quick(node.url());
  options.max_frame_bytes = 64 * 1024;
  open(options);
  ASSERT_TRUE(up());
  answer_box<ports::evm_logs> box;
  client_->logs({.from = 1, .to = 2, .books = {book}, .topic0 = {}}, box.callback());
  ASSERT_TRUE(eventually([&] { return box.count() == 1; }));
  EXPECT_EQ(box.get().error().kind, chain_failure::range_too_wide);
  ASSERT_TRUE(up(2));
}

TEST_F(WsRpcClientTest, SilenceWhileTheChainMovesOnLeadsToANewConnection) {
  scripted_node node;
  auto options = quick(node.url());
  options.stale_after = 20ms;
  open(options);
  ASSERT_TRUE(up());
  // The same number as at the start: a chain that pauses is no fault.
  ASSERT_TRUE(eventually([&] { return node.asked("eth_blockNumber") >= 4; }));
  EXPECT_EQ(node.connections(), 1);
  node.on("eth_blockNumber", [](const auto&) { return "\"result\":\"0x20\""; });
  ASSERT_TRUE(up(2));
  EXPECT_NE(seen_.downs().at(0).find("the node is at block 32 and told only of 16"), std::string::npos);
}

TEST_F(WsRpcClientTest, SilenceWithoutAnAnswerLeadsToANewConnection) {
  scripted_node node;
  auto options = quick(node.url());
  options.stale_after = 20ms;
  options.request_timeout = 200ms;
  open(options);
  ASSERT_TRUE(up());
  node.on("eth_blockNumber", [](const auto&) { return std::nullopt; });
  const auto is_silence = [](const std::string& reason) { return reason.find("silent") != std::string::npos; };
  ASSERT_TRUE(eventually([&] { return std::ranges::any_of(seen_.downs(), is_silence); })) << seen_.downs().size();
  node.on("eth_blockNumber", [](const auto&) { return "\"result\":\"0x20\""; });
  ASSERT_TRUE(up(2));
}

TEST_F(WsRpcClientTest, ARefusedSubscriptionIsTriedAgain) {
  scripted_node node;
  node.on("eth_subscribe", [](const auto&) { return R"("error":{"code":-32601,"message":"not supported"})"; });
  open(quick(node.url()));
  ASSERT_TRUE(eventually([&] { return seen_.downs().size() >= 2; }));
  EXPECT_EQ(seen_.ups, 0);
  node.on("eth_subscribe", [](const std::string& params) {
    return params.find("newHeads") != std::string::npos ? "\"result\":\"0xa1\"" : "\"result\":\"0xb2\"";
  });
  EXPECT_TRUE(up());
}

TEST_F(WsRpcClientTest, NoReasonShowsTheKeyInThePath) {
  scripted_node node;
  node.decline_with(401);
  node.on("eth_chainId", [](const auto&) {
    return R"("error":{"code":-32000,"message":"bad key KEYKEYKEYKEY in /v2/KEYKEYKEYKEY"})";
  });
  open(quick(node.url("/v2/KEYKEYKEYKEY")));
  ASSERT_TRUE(eventually([&] { return node.declined() >= 2 && !seen_.downs().empty(); }));
  EXPECT_NE(seen_.downs()[0].find("HTTP 401"), std::string::npos) << seen_.downs()[0];
  node.decline_with(0);
  ASSERT_TRUE(up());
  node.push("garbage KEYKEYKEYKEY");
  answer_box<std::uint64_t> box;
  client_->chain_id(box.callback());
  ASSERT_TRUE(eventually([&] { return box.count() == 1 && !seen_.malformed().empty(); }));
  EXPECT_EQ(box.get().error().detail.find("KEYKEY"), std::string::npos);
  EXPECT_EQ(seen_.malformed()[0].text, "garbage ***");
  for (const auto& reason : seen_.downs()) EXPECT_EQ(reason.find("KEYKEY"), std::string::npos);
}

TEST_F(WsRpcClientTest, AfterCloseNothingIsCalledAndRequestsFail) {
  scripted_node node;
  open(quick(node.url()));
  ASSERT_TRUE(up());
  node.on("eth_chainId", [](const auto&) { return std::nullopt; });
  answer_box<std::uint64_t> before, after;
  client_->chain_id(before.callback());
  client_->close();
  client_->chain_id(after.callback());
  EXPECT_EQ(before.count(), 1U) << "close() waits for the callbacks";
  EXPECT_EQ(before.get().error().kind, chain_failure::disconnected);
  EXPECT_EQ(after.get().error().kind, chain_failure::disconnected);
  EXPECT_TRUE(seen_.downs().empty());
  client_->close();
}

TEST_F(WsRpcClientTest, MayBeClosedAndLetGoInsideACallback) {
  scripted_node node;
  auto made = make_rpc_client(quick(node.url()), clock_, random_);
  ASSERT_TRUE(made.has_value());
  std::atomic<bool> done{false};
  auto held = std::make_shared<std::shared_ptr<rpc_client>>(*made);
  made->reset();
  ports::chain_listener listener;
  listener.up = [this] { ++seen_.ups; };
  listener.head = [held, &done](auto) {
    (*held)->close();
    held->reset();
    done = true;
  };
  const auto listening = (*held)->subscribe({{book}, {topic}}, std::move(listener));
  ASSERT_TRUE(up());
  node.push_head(17);
  EXPECT_TRUE(eventually([&] { return done.load(); }));
}

TEST_F(WsRpcClientTest, TlsTrustsOnlyTheGivenRootsAndTheRightName) {
  const auto identity = test::make_certificate("localhost");
  const auto stranger = test::make_certificate("elsewhere.example");
  const auto folder = std::filesystem::path{::testing::TempDir()} / ("evm_tls_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "ca.pem"} << identity.certificate_pem << stranger.certificate_pem;
  scripted_node good{identity}, misnamed{stranger};
  const auto reason_of = [&](chain_client_options options) {
    recorder seen;
    auto client = *make_rpc_client(std::move(options), clock_, random_);
    const auto listening = client->subscribe({{book}, {topic}}, seen.listener());
    EXPECT_TRUE(eventually([&] { return seen.ups > 0 || !seen.downs().empty(); }));
    client->close();
    return seen.ups > 0 ? std::string{"up"} : seen.downs().at(0);
  };
  auto trusted = quick(good.url());
  trusted.ca_file = folder / "ca.pem";
  EXPECT_EQ(reason_of(trusted), "up");
  EXPECT_NE(reason_of(quick(good.url())).find("certificate verify failed"), std::string::npos);
  trusted.url = misnamed.url();
  EXPECT_NE(reason_of(trusted).find("certificate verify failed"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST_F(WsRpcClientTest, ALogReachesTheListenerAtOnce) {
  scripted_node node;
  std::atomic<std::int64_t> arrived{0};
  auto client = *make_rpc_client(quick(node.url()), clock_, random_);
  auto listener = seen_.listener();
  listener.log = [&](const ports::evm_log&) { arrived = clock_.monotonic().count(); };
  const auto listening = client->subscribe({{book}, {topic}}, std::move(listener));
  ASSERT_TRUE(up());
  // The length of a Clear of two orders.
  auto text = log_text(book.to_string(), R"(,"removed":false)");
  text.replace(text.find("0x00\""), 4, "0x" + std::string(3000, '7'));
  const auto frame = notification("0xb2", text);
  std::vector<std::int64_t> took;
  for (int i = 0; i < 200; ++i) {
    arrived = 0;
    const auto sent = clock_.monotonic().count();
    node.push(frame);
    ASSERT_TRUE(eventually([&] { return arrived != 0; }));
    took.push_back((arrived - sent) / 1000);
  }
  std::ranges::sort(took);
  RecordProperty("median_us", static_cast<int>(took[100]));
  RecordProperty("p95_us", static_cast<int>(took[190]));
  // From the peer's write() to the callback: socket, wake-up, frame, JSON. Loose, for machines under load.
  EXPECT_LT(took[100], 2000);
  client->close();
}

TEST_F(WsRpcClientTest, OptionsThatCannotWorkAreRefusedWithARemedy) {
  const auto refused = [&](auto change) {
    auto options = quick("ws://127.0.0.1:1");
    change(options);
    const auto made = make_chain_client(options, clock_, random_);
    return made ? std::string{} : made.error();
  };
  EXPECT_EQ(refused([](auto&) {}), "");
  EXPECT_NE(refused([](auto& o) { o.url = "https://host/SECRETKEY"; }).find("url"), std::string::npos);
  EXPECT_EQ(refused([](auto& o) { o.url = "https://host/SECRETKEY"; }).find("SECRETKEY"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.request_timeout = 0ms; }).find("request_timeout is 0 ms"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.reconnect_max = 1ms; }).find("reconnect_max"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.max_frame_bytes = 10; }).find("max_frame_bytes"), std::string::npos);
  EXPECT_NE(refused([](auto& o) { o.ca_file = "/nonexistent.pem"; }).find("/nonexistent.pem"), std::string::npos);
}

}  // namespace
}  // namespace hedgerow::evm
