// What a broker's kind decides: its address, and whether there is a login that somebody has to keep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/config.hpp"
#include "runtime/world/catalogue.hpp"

namespace hedgerow::config {
namespace {

using ::testing::HasSubstr;

/// The program's own, and two more brokers: one at an address without a login, one inside the process.
catalogue with_more_brokers() {
  auto all = world::catalogue();
  all.brokers.push_back({"distant", "a broker at an address", "https://api.example.com", {}});
  all.brokers.push_back({"inside", "a broker in the process", "", {}});
  return all;
}

/// A node that runs `actors`, with [broker] as given and nothing of a login.
load_result load_with(const std::string& broker, const std::string& actors = "\"execution\"",
                      const std::string& more = "") {
  return load_text("[node]\nactors = [" + actors + "]\n[broker]\n" + broker + "\n" + more, "test.toml",
                   with_more_brokers());
}

std::vector<std::string> services_here(const settings& values) {
  const auto program = with_more_brokers();
  std::vector<std::string> out;
  for (const auto& service : program.services)
    if (service.needs.login && runs_here(values, program, service)) out.emplace_back(service.name);
  return out;
}

/// The services that keep a login, whatever they are called.
std::string keeper_of_logins() {
  const auto& all = world::catalogue().services;
  const auto found = std::find_if(all.begin(), all.end(), [](const auto& s) { return s.needs.login; });
  return std::string{found->name};
}

TEST(BrokerKind, IsOneOfTheProgramsBrokers) {
  const auto wrong = load_with("kind = \"shwab\"");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(to_string(wrong.error()),
            "test.toml:4: broker.kind = shwab: no such broker; allowed: schwab, distant, inside; "
            "remedy: did you mean schwab?\n");
}

TEST(BrokerKind, GivesTheAddressUnlessThereIsOne) {
  EXPECT_EQ(load_with("kind = \"distant\"")->values.broker.base_url, "https://api.example.com");
  EXPECT_EQ(load_with("kind = \"distant\"\nbase_url = \"https://host\"")->values.broker.base_url, "https://host");
  EXPECT_EQ(load_with("kind = \"inside\"")->values.broker.base_url, "");
  EXPECT_EQ(load_text("", "x", with_more_brokers(), {{"HEDGEROW_NODE_ACTORS", "accumulator"}})->values.broker.base_url,
            "https://api.schwabapi.com");
}

TEST(BrokerKind, ThatHasALoginAsksForWhatTheLoginNeeds) {
  const auto lacking = load_with("kind = \"schwab\"");
  ASSERT_FALSE(lacking);
  for (const char* key : {"broker.app_key", "broker.app_secret", "oauth.encryption_key"})
    EXPECT_THAT(to_string(lacking.error()), HasSubstr(key));
  EXPECT_EQ(services_here(settings{}), (std::vector<std::string>{keeper_of_logins()}));
}

TEST(BrokerKind, WithoutALoginNeedsNeitherSecretsNorAServiceThatKeepsThem) {
  for (const char* kind : {"kind = \"distant\"", "kind = \"inside\""}) {
    const auto loaded = load_with(kind);
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    auto values = loaded->values;
    values.node.actors = {"all"};
    EXPECT_TRUE(services_here(values).empty());
    EXPECT_FALSE(needs_here(values, with_more_brokers()).login);
    EXPECT_TRUE(needs_here(values, with_more_brokers()).broker);
    const auto named = load_with(kind, "\"" + keeper_of_logins() + "\"");
    ASSERT_FALSE(named);
    EXPECT_THAT(to_string(named.error()), HasSubstr("it keeps a login, and the broker has none"));
  }
}

TEST(BrokerKind, InsideTheProcessIsNoRealBroker) {
  const std::string plan = "[faults]\nplan = [\"log.commit.before:fail\"]\n";
  EXPECT_TRUE(load_with("kind = \"inside\"", "\"execution\"", plan));
  EXPECT_FALSE(load_with("kind = \"distant\"", "\"execution\"", plan));
}

TEST(BrokerKind, IsShownAndDocumented) {
  const auto loaded = load_with("kind = \"distant\"");
  ASSERT_TRUE(loaded);
  EXPECT_THAT(to_toml(loaded->values), HasSubstr("kind = \"distant\"\nbase_url = \"https://api.example.com\"\n"));
  const auto page = describe_markdown(with_more_brokers());
  EXPECT_THAT(page, HasSubstr("| `distant` | a broker at an address | `https://api.example.com` | none |"));
  EXPECT_THAT(page, HasSubstr("| `inside` | a broker in the process | – | none |"));
  EXPECT_THAT(describe(with_more_brokers()), HasSubstr("  inside\n      a broker in the process\n"));
}

}  // namespace
}  // namespace hedgerow::config
