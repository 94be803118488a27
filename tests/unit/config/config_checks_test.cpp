// Checks across keys, the profiles, the key table and the documentation made from it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <type_traits>

#include "config/config.hpp"
#include "config/derived.hpp"
#include "config/duration.hpp"
#include "config/key_table.hpp"
#include "config/suggest.hpp"
#include "runtime/world/catalogue.hpp"
#include "tests/support/made_page.hpp"

namespace hedgerow::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char a_book[] = "0x2222222222222222222222222222222222222222";
const std::string source_dir = test::source_folder();

/// A complete node; tests spoil it.
settings good() {
  settings s;
  s.chain.start_block = 1;
  s.chain.reading.chain_id = 8453;
  s.chain.owner = address::parse("0x1111111111111111111111111111111111111111");
  s.orderbooks.push_back({address::parse(a_book), orderbook_version::v4, s.chain.owner});
  s.broker.base_url = "https://api.schwabapi.com";
  s.broker.app_key = secret{"key"};
  s.broker.app_secret = secret{"secret"};
  s.oauth.encryption_key = secret{std::string(64, 'a')};
  return s;
}

std::vector<std::string> keys_of(const settings& s) {
  std::vector<std::string> keys;
  for (const config_error& e : check(s, world::catalogue())) {
    EXPECT_FALSE(e.problem.empty());
    EXPECT_FALSE(e.remedy.empty()) << e.key;
    keys.push_back(e.key);
  }
  return keys;
}

using spoil = void (*)(settings&);
struct spoiled {
  const char* key;
  spoil how;
};

class EachCheck : public ::testing::TestWithParam<spoiled> {};

TEST_P(EachCheck, FindsExactlyItsError) {
  settings s = good();
  ASSERT_THAT(keys_of(s), IsEmpty());
  GetParam().how(s);
  EXPECT_THAT(keys_of(s), ::testing::ElementsAre(GetParam().key));
}

INSTANTIATE_TEST_SUITE_P(
    Checks, EachCheck,
    ::testing::Values(
        spoiled{"faults.plan", [](settings& s) { s.faults.plan = {"log.commit.before:fail"}; }},
        spoiled{"faults.plan",
                [](settings& s) {
                  s.faults.plan = {"log.commit.before:fail"};
                  s.broker.base_url = "https://127.example.com";
                }},
        spoiled{"broker.kind", [](settings& s) { s.broker.kind = "nobody"; }},
        spoiled{"broker.base_url", [](settings& s) { s.broker.base_url.clear(); }},
        spoiled{"chain.reconnect_min",
                [](settings& s) { s.chain.connection.reconnect_min = s.chain.connection.reconnect_max + 1ms; }},
        spoiled{"hedging.failure_backoff", [](settings& s) { s.hedging.failure_backoff = 2h; }},
        spoiled{"poller.error_base", [](settings& s) { s.poller.error_base = 3min; }},
        spoiled{"poller.first", [](settings& s) { s.poller.first = 31s; }},
        spoiled{"poller.jitter", [](settings& s) { s.poller.jitter = 31s; }},
        spoiled{"supervision.backoff_min", [](settings& s) { s.supervision.backoff_min = 1min; }},
        spoiled{"paper.fill_delay_min", [](settings& s) { s.paper.policy.fill_delay_min = 1min; }},
        spoiled{"broker.request_timeout", [](settings& s) { s.broker.http.request_timeout = 21s; }},
        spoiled{"chain.rescan_blocks", [](settings& s) { s.chain.reading.backfill.rescan_blocks = 129; }},
        spoiled{"admin.port", [](settings& s) { s.admin.port = s.api.port; }},
        spoiled{"cluster.port", [](settings& s) { s.cluster.port = s.api.port; }},
        spoiled{"cluster.port", [](settings& s) { s.cluster.seeds = {"other:7400"}; }},
        spoiled{"cluster.advertised_host",
                [](settings& s) {
                  s.cluster.port = 7400;
                  s.cluster.listen_address = "0.0.0.0";
                }},
        spoiled{"cluster.heartbeat_timeout",
                [](settings& s) {
                  s.cluster.port = 7400;
                  s.cluster.policy.heartbeat_interval = 1s;
                }},
        spoiled{"cluster.heartbeat_timeout",
                [](settings& s) {
                  s.cluster.port = 7400;
                  s.cluster.policy.remove_after = 1s;
                }},
        spoiled{"cluster.ca_file",
                [](settings& s) {
                  s.cluster.port = 7400;
                  s.cluster.certificate = s.cluster.key = "/etc/hostname";
                }},
        spoiled{"admin.port",
                [](settings& s) {
                  s.admin.port = s.api.port;
                  s.admin.address = "0.0.0.0";
                }},
        spoiled{"paper.port",
                [](settings& s) {
                  s.node.actors = {"all", "paper"};
                  s.paper.port = s.api.port;
                }},
        spoiled{"chain.endpoint[0].name", [](settings& s) { s.endpoints = {{{}, "", secret{"ws://a"}}}; }},
        spoiled{"chain.endpoint[0].url", [](settings& s) { s.endpoints = {{{}, "a", secret{}}}; }},
        spoiled{"chain.endpoint[1].url",
                [](settings& s) { s.endpoints = {{{}, "a", secret{"ws://a"}}, {{}, "b", secret{"ws://a"}}}; }},
        spoiled{"chain.chain_id",
                [](settings& s) {
                  s.endpoints = {{{}, "a", secret{"ws://a"}}};
                  s.chain.reading.chain_id = 0;
                }},
        spoiled{"chain.endpoint[1].name",
                [](settings& s) { s.endpoints = {{{}, "a", secret{"ws://a"}}, {{}, "a", secret{"ws://b"}}}; }},
        spoiled{"chain.quorum", [](settings& s) { s.chain.agreement.quorum = 2; }},
        spoiled{"chain.quorum",
                [](settings& s) {
                  s.endpoints = {{{}, "a", secret{"ws://a"}}, {{}, "b", secret{"ws://b"}}};
                  s.chain.agreement.quorum = 3;
                }},
        spoiled{"chain.ws_url",
                [](settings& s) {
                  s.endpoints = {{{}, "a", secret{"ws://a"}}};
                  s.chain.ws_url = secret{"ws://b"};
                }},
        spoiled{"orderbook[0].address", [](settings& s) { s.orderbooks[0].address.reset(); }},
        spoiled{"orderbook[1].address", [](settings& s) { s.orderbooks.push_back(s.orderbooks[0]); }},
        spoiled{"orderbook[0].owner", [](settings& s) { s.orderbooks[0].owner = s.orderbooks[0].address; }},
        spoiled{"orderbook", [](settings& s) { s.orderbooks.clear(); }},
        spoiled{"chain.start_block", [](settings& s) { s.chain.start_block.reset(); }},
        spoiled{"chain.owner", [](settings& s) { s.chain.owner.reset(); }},
        spoiled{"token[0].decimals",
                [](settings& s) { s.pinned_tokens.push_back({address::parse(a_book), "tGME", std::nullopt}); }},
        spoiled{"tokens.allow_unlisted", [](settings& s) { s.tokens.allow_unlisted = false; }},
        spoiled{"broker.app_key", [](settings& s) { s.broker.app_key = secret{}; }},
        spoiled{"broker.app_secret", [](settings& s) { s.broker.app_secret = secret{}; }},
        spoiled{"oauth.encryption_key", [](settings& s) { s.oauth.encryption_key = secret{}; }},
        spoiled{"kafka.prefix",
                [](settings& s) {
                  s.log.kind = log_kind::kafka;
                  s.kafka.policy.prefix = "a/";
                }},
        spoiled{"kafka.key",
                [](settings& s) {
                  s.log.kind = log_kind::kafka;
                  s.kafka.certificate = "node.pem";
                }},
        spoiled{"kafka.sasl_password",
                [](settings& s) {
                  s.log.kind = log_kind::kafka;
                  s.kafka.security = kafka_security::sasl_ssl;
                  s.kafka.sasl_username = "me";
                }},
        spoiled{"kafka.session_timeout", [](settings& s) {
                  s.log.kind = log_kind::kafka;
                  s.kafka.policy.session_timeout = 2min;
                }}));

TEST(ConfigChecks, AskOnlyForWhatRunsHere) {
  settings s;
  s.node.actors = {"accumulator", "api"};
  EXPECT_THAT(keys_of(s), IsEmpty());
  s.node.actors = {"paper"};
  EXPECT_THAT(keys_of(s), ::testing::ElementsAre("broker.app_key", "broker.app_secret"));
}

TEST(ConfigChecks, OwnerOfABookCountsForAll) {
  const std::string book = "[[orderbook]]\naddress = \"" + std::string{a_book} + "\"\n";
  const std::string owner = "owner = \"0x1111111111111111111111111111111111111111\"\n";
  const std::string other = "[[orderbook]]\naddress = \"0x3333333333333333333333333333333333333333\"\n";
  const std::string node = "[node]\nactors = [\"ingestion\"]\n[chain]\nstart_block = 1\n";
  const auto result = load_text(node + other + book + owner, "x.toml", world::catalogue());
  ASSERT_TRUE(result) << to_string(result.error());
  EXPECT_EQ(result->values.orderbooks[0].owner, result->values.chain.owner);
  EXPECT_TRUE(result->values.chain.owner.has_value());

  const auto two = load_text(node + other + "owner = \"0x4444444444444444444444444444444444444444\"\n" + book + owner,
                             "x.toml", world::catalogue());
  ASSERT_FALSE(two);
  EXPECT_THAT(to_string(two.error()), HasSubstr("x.toml:10: orderbook[1].owner = 0x1111"));
}

TEST(ConfigChecks, WarnOfWhatWorksButIsRisky) {
  const std::string text = R"(
[node]
actors = ["tokens"]
[broker]
app_key = "k"
app_secret = "s"
redirect_uri = "http://example.com/cb"
[oauth]
encryption_key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
[admin]
address = "0.0.0.0"
[market_hours]
source = "always_open"
[log]
kind = "memory"
)";
  const auto result = load_text(text, "x.toml", world::catalogue());
  ASSERT_TRUE(result) << to_string(result.error());
  std::string all;
  for (const std::string& w : result->warnings) all += w + "\n";
  for (const char* part : {"redirect_uri is not https", "admin.address", "always_open", "log.kind is memory"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
  EXPECT_EQ(result->warnings.size(), 4U) << all;
}

TEST(ConfigProfiles, AllPass) {
  const environment env{{"CHAIN_WS_URL", "wss://node.example/key"},
                        {"HEDGED_OWNER", "0x1111111111111111111111111111111111111111"},
                        {"ORDERBOOK_ADDRESS", a_book},
                        {"START_BLOCK", "36000000"},
                        {"HEDGEROW_BROKER_APP_KEY", "key"},
                        {"HEDGEROW_BROKER_APP_SECRET", "secret"},
                        {"HEDGEROW_OAUTH_ENCRYPTION_KEY", std::string(64, 'a')}};
  for (const std::string name : {"paper", "prod.example"}) {
    const auto result = load(source_dir + "/config/profiles/" + name + ".toml", world::catalogue(),
                             name == "prod.example" ? env : environment{});
    ASSERT_TRUE(result) << name << "\n" << to_string(result.error());
    EXPECT_THAT(result->warnings, IsEmpty()) << name;
  }
}

TEST(ConfigProfiles, ProductionNamesEachSecretThatIsMissing) {
  const auto result = load(source_dir + "/config/profiles/prod.example.toml", world::catalogue());
  ASSERT_FALSE(result);
  const std::string all = to_string(result.error());
  for (const char* name : {"CHAIN_WS_URL", "HEDGED_OWNER", "START_BLOCK", "ORDERBOOK_ADDRESS",
                           "HEDGEROW_BROKER_APP_KEY", "HEDGEROW_BROKER_APP_SECRET", "HEDGEROW_OAUTH_ENCRYPTION_KEY"}) {
    EXPECT_THAT(all, HasSubstr(name));
  }
}

TEST(ConfigKeys, DefaultsAreWithinTheirOwnRanges) {
  for (const section_spec& section : sections()) {
    if (section.shape != section_shape::single) continue;
    std::string text = "[" + std::string{section.name} + "]\n";
    settings defaults;
    std::set<std::string> names;
    for (const key_spec& key : section.keys) {
      EXPECT_TRUE(names.insert(std::string{key.name}).second) << section.name << "." << key.name << " is there twice";
      EXPECT_FALSE(key.meaning.empty()) << section.name << "." << key.name;
      EXPECT_FALSE(key.allowed.empty()) << section.name << "." << key.name;
      const std::string shown = key.show(section.open(defaults));
      // Not set, it is the address of the broker's kind; written as nothing, it is a mistake.
      const bool unset = section.name == "broker" && key.name == "base_url";
      if (!shown.empty() && !key.secret && !unset) text += std::string{key.name} + " = " + shown + "\n";
    }
    const auto result = load_text(text, "defaults", world::catalogue(), {{"HEDGEROW_NODE_ACTORS", "accumulator"}});
    EXPECT_TRUE(result) << to_string(result.error());
  }
}

TEST(ConfigKeys, EnvironmentNamesAreUnique) {
  std::set<std::string> names;
  for (const section_spec& section : sections()) {
    for (const key_spec& key : section.keys) {
      EXPECT_TRUE(names.insert(environment_name(section.name, key.name)).second) << section.name << "." << key.name;
      if (!key.secret) continue;
      EXPECT_TRUE(names.insert(environment_name(section.name, key.name) + "_FILE").second);
    }
  }
}

TEST(ConfigKeys, ShownSettingsLoadAgain) {
  settings s = good();
  s.node.actors = {"ingestion", "accumulator"};
  s.broker.app_key = s.broker.app_secret = s.oauth.encryption_key = s.chain.ws_url = s.paper.account_number = secret{};
  s.poller.base = 90s;
  s.broker_symbols = {{"BRK.B", "BRK/B"}};
  s.pinned_tokens.push_back({address::parse(a_book), "t\"GME\\", 6U});
  const std::string text = to_toml(s);
  const auto again = load_text(text, "again", world::catalogue());
  ASSERT_TRUE(again) << to_string(again.error()) << text;
  EXPECT_EQ(again->values.poller.base, 90s);
  EXPECT_EQ(again->values.broker_symbols, s.broker_symbols);
  EXPECT_EQ(again->values.pinned_tokens.at(0).symbol, "t\"GME\\");
  EXPECT_EQ(again->values.orderbooks.at(0).address, s.orderbooks[0].address);
}

TEST(ConfigKeys, TheRulesPolicyIsTheSetting) {
  static_assert(std::is_same_v<decltype(settings::hedging), domain::hedging_policy>);
  static_assert(std::is_same_v<decltype(settings::poller), domain::poll_policy>);
  EXPECT_EQ(settings{}.poller.base, domain::poll_policy{}.base);
}

TEST(ConfigKeys, WhatFollowsFromSettingsIsShown) {
  settings s = good();
  s.bridge.policy.handle_timeout = 9s;
  s.execution.limits.calls_per_minute = 120;
  const std::string text = describe_derived(s);
  for (const char* part : {"at most = 1000  (bridge.batch_max, log.kind)", "session = 3s  (bridge.handle_timeout / 3)",
                           "taken back = 1024  (8 * chain.reorg_window_blocks)", "lists of an unknown outcome = 5s",
                           "effects under way = 5s", "placements = 30", "status = 20"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(ConfigKeys, DocumentationIsCurrent) {
  test::expect_made_page("docs/configuration.md", describe_markdown(world::catalogue()));
}

TEST(ConfigKeys, TerminalTextNamesEveryKeyWithRangeAndVariable) {
  const std::string text = describe(world::catalogue());
  EXPECT_THAT(text, HasSubstr("symbol_partitions  (integer, default 4)"));
  EXPECT_THAT(text, HasSubstr("allowed: 1 to 256"));
  EXPECT_THAT(text, HasSubstr("environment: HEDGEROW_LOG_SYMBOL_PARTITIONS"));
  EXPECT_THAT(text, HasSubstr("HEDGEROW_BROKER_APP_SECRET[_FILE]"));
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 130U) << line;
}

TEST(Durations, ParseAndFormat) {
  for (const char* text : {"1ms", "250ms", "30s", "5m", "2h", "7d", "90s", "1500ms", "0s"}) {
    const auto d = parse_duration(text);
    ASSERT_TRUE(d) << text;
    EXPECT_EQ(format_duration(*d), text);
  }
  EXPECT_EQ(format_duration(3600s), "1h");
  for (const char* text : {"", "5", "s", "-5s", "5 s", "5S", "1.5s", "5s ", "99999999999999999999s", "10001d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Suggestions, NearestWithinAThird) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("prot", "port"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  const std::vector<std::string> words{"address", "port", "ledger"};
  EXPECT_EQ(nearest("prot", words), "port");
  EXPECT_EQ(nearest("adress", words), "address");
  EXPECT_EQ(nearest("seed", words), std::nullopt);
}

}  // namespace
}  // namespace hedgerow::config
