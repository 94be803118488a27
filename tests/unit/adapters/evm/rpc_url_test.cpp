// Addresses of nodes: what is accepted, and that a provider's key never shows.
#include "runtime/adapters/evm/rpc_url.hpp"

#include <gtest/gtest.h>

namespace hedgerow::evm {
namespace {

TEST(RpcUrl, Parts) {
  const auto url = parse_rpc_url("wss://base-mainnet.example.com/v2/AbCdEf0123456789?tier=free#x");
  ASSERT_TRUE(url.has_value()) << url.error();
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->shown(), "base-mainnet.example.com:443");
  EXPECT_EQ(url->target, "/v2/AbCdEf0123456789?tier=free");
  EXPECT_EQ(parse_rpc_url("ws://127.0.0.1:8545")->target, "/");
  EXPECT_EQ(parse_rpc_url("ws://[::1]:8545/x")->host, "::1");
  EXPECT_EQ(parse_rpc_url("ws://[::1]:8545/x")->port, "8545");
  EXPECT_EQ(parse_rpc_url("ws://host?key=1")->target, "/?key=1");
  EXPECT_EQ(parse_rpc_url("wss://us%65r:p%40ss@host")->authorization, "Basic dXNlcjpwQHNz");
}

TEST(RpcUrl, RefusedWithoutShowingThePath) {
  for (const auto* text : {"", "host", "http://host/v2/SECRETSECRET", "https://host/v2/SECRETSECRET",
                           "ws:///SECRETSECRET", "ws://host:0/SECRETSECRET", "ws://host:65536/SECRETSECRET",
                           "ws://host:/SECRETSECRET", "ws://a b/SECRETSECRET", "ws://host/SECRETSECRET\r\nX: y",
                           "ws://::1/SECRETSECRET", "ws://[::1/SECRETSECRET", "wss://h:80x/SECRETSECRET"}) {
    const auto url = parse_rpc_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_FALSE(url.error().empty());
    EXPECT_EQ(url.error().find("SECRET"), std::string::npos);
  }
  EXPECT_NE(parse_rpc_url("http://host").error().find("wss://"), std::string::npos) << "the remedy is named";
}

TEST(RpcUrl, ScrubsEverySecretPart) {
  const auto url = *parse_rpc_url("wss://someuser:somepassword@host/v2/KEYKEYKEY?token=OTHERKEY1");
  const auto text = url.scrub("no /v2/KEYKEYKEY?token=OTHERKEY1, KEYKEYKEY KEYKEYKEY, OTHERKEY1, somepassword, " +
                              url.authorization + " but v2 host");
  EXPECT_EQ(text, "no ***, *** ***, ***, ***, *** but v2 host");
}

}  // namespace
}  // namespace hedgerow::evm
