// A login at the broker through a node that does not host the tokens service, over Kafka and the cluster.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

/// Which node says of itself that the tokens service lives there.
std::optional<std::size_t> tokens_host(stage& s, std::size_t nodes) {
  for (std::size_t n = 0; n < nodes; ++n) {
    const auto cluster = s.admin_of(n, "/cluster");
    if (!cluster.HasMember("members")) continue;
    for (const auto& h : cluster["members"][0]["hosts"].GetArray())
      if (std::string_view{h["service"].GetString()} == "tokens" && h["partitions"].GetStringLength() > 0) return n;
  }
  return std::nullopt;
}

bool sees_reachable(stage& s, std::size_t node, const std::string& name) {
  const auto cluster = s.admin_of(node, "/cluster");
  if (!cluster.HasMember("members")) return false;
  for (const auto& m : cluster["members"].GetArray())
    if (name == m["name"].GetString()) return std::string_view{m["state"].GetString()} == "reachable";
  return false;
}

/// Two nodes that know each other, without a login.
class KafkaLogin : public ::testing::Test {
 public:
  KafkaLogin() {
    s.start_node(false, 0);
    s.start_node(false, 1);
    met = eventually([&] { return sees_reachable(s, 0, "test-1") && sees_reachable(s, 1, "test-0"); });
    hosted = eventually([&] {
      const auto found = tokens_host(s, 2);
      if (found) host = *found;
      return found.has_value();
    });
    other = 1 - host;
  }

  [[nodiscard]] bool has_token(std::size_t node) {
    return s.ask(node, "/health").body.find("no broker login yet") == std::string::npos;
  }
  [[nodiscard]] std::string name(std::size_t node) const { return "node test-" + std::to_string(node); }

  stage s{{"login", "[]", 0, true, 2}};
  bool met = false;
  bool hosted = false;
  std::size_t host = 0;
  std::size_t other = 1;
};

TEST_F(KafkaLogin, AtTheNodeWithoutTheTokensServiceItWorksForAllNodes) {
  ASSERT_TRUE(met && hosted);
  EXPECT_FALSE(has_token(other));
  EXPECT_EQ(s.log_in(other), "");
  for (const auto node : {host, other})
    EXPECT_TRUE(eventually([&] { return has_token(node); })) << s.ask(node, "/health").body;
  ASSERT_EQ(tokens_host(s, 2), host) << "the tokens service has moved meanwhile";
  s.trade("AAPL0x", true, "1.5");
  EXPECT_TRUE(eventually([&] { return s.ledger()["orders"].Size() == 1 && s.disagreement().empty(); },
                         std::chrono::seconds{40}))
      << s.disagreement();
}

TEST_F(KafkaLogin, AtANodeWhoseTokensHostIsFrozenItSaysSoUntilTheServiceHasMoved) {
  ASSERT_TRUE(met && hosted);
  const auto begun = s.ask(host, "/auth/login");
  ASSERT_EQ(begun.status, 302);
  const auto state = begun.location.substr(begun.location.find("state=") + 6);
  s.signal_node(SIGSTOP, host);
  const auto refused = s.ask(other, "/auth/login");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.body.find(name(host)), std::string::npos) << refused.body;
  // The log gives the service to the node that is left.
  ASSERT_TRUE(eventually([&] { return s.ask(other, "/auth/login").status == 302; }))
      << s.ask(other, "/auth/login").body;
  // A login that was begun at the frozen node cannot be completed here: the error names the login page.
  const auto late = s.ask(other, "/auth/callback?code=any&state=" + state);
  EXPECT_EQ(late.status, 400);
  EXPECT_NE(late.body.find("/auth/login"), std::string::npos) << late.body;
  EXPECT_EQ(s.log_in(other), "");
  EXPECT_TRUE(eventually([&] { return has_token(other); }));
  // Back again, the frozen one sends its logins to the node that has the service now.
  s.signal_node(SIGCONT, host);
  ASSERT_TRUE(eventually([&] { return sees_reachable(s, host, "test-" + std::to_string(other)); }));
  ASSERT_TRUE(eventually([&] { return s.log_in(host).empty(); })) << s.log_in(host);
  EXPECT_TRUE(eventually([&] { return has_token(host); }));
  // The same when it has moved without anybody being lost.
  const auto now = tokens_host(s, 2);
  ASSERT_TRUE(now);
  EXPECT_EQ(s.stop_node(*now), 0) << s.node_output();
  ASSERT_TRUE(eventually([&] { return tokens_host(s, 2) == 1 - *now; }));
  s.start_node(false, *now);
  ASSERT_TRUE(eventually([&] { return s.log_in(0).empty() && s.log_in(1).empty(); })) << s.log_in(0) << s.log_in(1);
}

}  // namespace
}  // namespace hedgerow::test
