// Loading: defaults, ranges, unknown keys, environment, secrets, checks across keys.
#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "runtime/world/catalogue.hpp"

namespace hedgerow::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

/// The least that a full node needs.
constexpr std::string_view complete = R"(
[chain]
owner = "0x1111111111111111111111111111111111111111"
start_block = 1
[[orderbook]]
address = "0x2222222222222222222222222222222222222222"
[broker]
app_key = "key"
app_secret = "hush-hush"
[oauth]
encryption_key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)";

/// A node that needs nothing: for looking at single keys.
constexpr std::string_view quiet = "[node]\nactors = [\"accumulator\"]\n";

std::string errors_of(std::string_view text, const environment& env = {}) {
  const auto result = load_text(text, "test.toml", world::catalogue(), env);
  return result ? "" : to_string(result.error());
}

std::string errors_of_quiet(const std::string& more, const environment& env = {}) {
  return errors_of(std::string{quiet} + more, env);
}

settings loaded_settings(const std::string& text, const environment& env = {}) {
  auto result = load_text(text, "test.toml", world::catalogue(), env);
  EXPECT_TRUE(result) << to_string(result.error());
  return result ? result->values : settings{};
}

std::string temporary_file(const std::string& name, const std::string& content) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream{path} << content;
  return path;
}

TEST(Config, ReadsEveryKindOfValue) {
  const settings s = loaded_settings(std::string{complete} + R"(
[node]
name = "a-1"
actors = ["all", "paper"]
[log]
kind = "memory"
symbol_partitions = 16
[hedging]
one_in_flight = false
failure_backoff = "250ms"
[broker_symbols]
"BRK.B" = "BRK/B"
[paper.start_positions]
AAPL = -5
[[token]]
address = "0x3333333333333333333333333333333333333333"
symbol = "tGME"
decimals = 18
)");
  EXPECT_EQ(s.node.name, "a-1");
  EXPECT_EQ(s.log.kind, log_kind::memory);
  EXPECT_EQ(s.log.policy.symbol_partitions, 16U);
  EXPECT_FALSE(s.hedging.one_in_flight);
  EXPECT_EQ(s.hedging.failure_backoff, 250ms);
  EXPECT_EQ(s.broker_symbols.at("BRK.B"), "BRK/B");
  EXPECT_EQ(s.paper.policy.start_positions.at("AAPL"), "-5");
  ASSERT_EQ(s.pinned_tokens.size(), 1U);
  EXPECT_EQ(s.pinned_tokens[0].decimals, 18U);
  EXPECT_EQ(s.broker.app_secret.reveal(), "hush-hush");
  EXPECT_TRUE(s.runs("paper"));
  EXPECT_TRUE(s.runs("poller"));
}

TEST(Config, AllActorsDoNotIncludeThePaperBroker) {
  const settings s;
  EXPECT_TRUE(s.runs("ingestion"));
  EXPECT_FALSE(s.runs("paper"));
}

TEST(Config, DefaultsLackOnlyWhatNobodyCanGuess) {
  const auto result = load_text("", "empty", world::catalogue());
  ASSERT_FALSE(result);
  std::vector<std::string> keys;
  for (const config_error& e : result.error()) keys.push_back(e.key);
  EXPECT_THAT(keys, ::testing::UnorderedElementsAre("orderbook", "chain.owner", "chain.start_block", "broker.app_key",
                                                    "broker.app_secret", "oauth.encryption_key"));
}

TEST(Config, TellsAllErrorsAtOnceInTheOrderOfLines) {
  const auto result = load_text(std::string{quiet} + "[bridge]\nbatch_max = -1\nmax_atempts = 3\n[poller]\nbase = 30\n",
                                "test.toml", world::catalogue());
  ASSERT_FALSE(result);
  ASSERT_EQ(result.error().size(), 3U);
  EXPECT_EQ(result.error()[0].to_string().substr(0, 36), "test.toml:4: bridge.batch_max = -1: ");
  EXPECT_THAT(result.error()[0].to_string(), HasSubstr("allowed: 0 to 100000; remedy: "));
  EXPECT_THAT(result.error()[1].to_string(), HasSubstr("test.toml:5: bridge.max_atempts: no such key in [bridge]"));
  EXPECT_THAT(result.error()[1].to_string(), HasSubstr("did you mean max_attempts?"));
  EXPECT_THAT(result.error()[2].to_string(), HasSubstr("test.toml:7: poller.base = 30: not a duration in quotes"));
}

TEST(Config, TellsOfAValueThatIsRefusedOnce) {
  const std::string secret_file = temporary_file("short_key", "abc\n");
  const environment env{{"HEDGEROW_BROKER_APP_KEY", "k"}, {"HEDGEROW_BROKER_APP_SECRET", "s"}};
  const std::vector<std::string> refused{"encryption_key = \"abc\"", "encryption_key = \"${NOT_SET}\"",
                                         "encryption_key_file = \"no-such-file\"",
                                         "encryption_key_file = \"" + secret_file + "\""};
  for (const std::string& key : refused) {
    const std::string text = "[node]\nactors = [\"tokens\"]\n[oauth]\n" + key + "\n";
    const auto result = load_text(text, "test.toml", world::catalogue(), env);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().size(), 1U) << to_string(result.error());
  }
  const auto owner =
      load_text("[node]\nactors = [\"validation\"]\n[chain]\nowner = \"0x12\"\n", "test.toml", world::catalogue(), env);
  ASSERT_FALSE(owner);
  EXPECT_EQ(owner.error().size(), 1U) << to_string(owner.error());
}

TEST(Config, RefusesEachKindOfBadValue) {
  const std::pair<const char*, const char*> cases[] = {
      {"[log]\nsymbol_partitions = 257\n", "out of range; allowed: 1 to 256"},
      {"[log]\nsymbol_partitions = \"4\"\n", "not an integer"},
      {"[log]\nsymbol_partitions = 4.0\n", "not an integer"},
      {"[log]\nkind = \"postgres\"\n", "not one of the known words; allowed: sqlite, kafka, memory"},
      {"[log]\nmaintenance_interval = \"0s\"\n", "out of range; allowed: 1s to 1d"},
      {"[log]\nmaintenance_interval = \"10 m\"\n", "not a duration; write a whole number"},
      {"[hedging]\none_in_flight = \"yes\"\n", "not true or false"},
      {"[chain]\nowner = \"0x12\"\n", "not an address"},
      {"[chain]\nowner = \"0x0000000000000000000000000000000000000000\"\n", "not an address"},
      {"[chain]\nws_url = \"http://node\"\n", "chain.ws_url = ***: not a WebSocket address"},
      {"[execution]\nclock_skew = \"999ms\"\n", "out of range; allowed: 1s to 1h"},
      {"[broker]\nbase_url = \"https://host/v1\"\n", "not an address of the form"},
      {"[broker]\nca_file = \"/no/such/file.pem\"\n", "cannot be read"},
      {"[api]\naddress = \"localhost\"\n", "not an IP address"},
      {"[api]\naddress = \"1.2.3.256\"\n", "not an IP address"},
      {"[api]\nport = 65536\n", "out of range; allowed: 0 to 65535"},
      {"[oauth]\nencryption_key = \"abc\"\n", "oauth.encryption_key = ***: not 64 hex digits"},
      {"[cluster]\nseeds = [\"other\"]\n",
       "\"other\": not of the form host:port; allowed: any number of host:port, such as"},
      {"[tokens]\nmarkers = [\"0x\"]\n", "not a marker such as"},
      {"[tokens]\nmarkers = [\"*0x\", \"*0x\"]\n", "is there twice"},
      {"[tokens]\nmarkers = []\n", "empty"},
      {"[chain]\nowner = \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\"\n", "the capitals are not its checksum"},
      {"[[orderbook]]\naddress = \"0xfb6916095ca1df60bB79Ce92cE3Ea74c37c5d359\"\n",
       "the capitals are not its checksum"},
      {"[demo]\nsymbols = [\"AAPL\"]\n", "demo: no such section"},
      {"[paper]\nstart_cash = \"-1\"\n", "not a decimal amount of dollars"},
      {"[paper.start_prices]\nAAPL = \"1.23456\"\n", "at most 4 decimals"},
      {"[paper.start_prices]\nAAPL = 1.5\n", "not a text in quotes"},
      {"[paper.start_positions]\nAAPL = \"1.5\"\n", "not a whole number of shares"},
      {"[broker_symbols]\n\"brk b\" = \"BRK/B\"\n", "key: not a symbol"},
      {"[orderbook]\nversion = \"v4\"\n", "wrong brackets; allowed: [[orderbook]]"},
      {"[[log]]\nkind = \"sqlite\"\n", "wrong brackets; allowed: [log]"},
      {"[brokr]\nbase_url = \"https://host\"\n", "did you mean [broker]?"},
      {"[bridge]\nstart_block = 5\n", "it belongs to [chain]"},
  };
  for (const auto& [text, expected] : cases) EXPECT_THAT(errors_of_quiet(text), HasSubstr(expected)) << text;
}

TEST(Config, RefusesWhatIsNotToml) {
  EXPECT_THAT(errors_of("[node\nname = 1"), HasSubstr("test.toml:1: not TOML: "));
  EXPECT_THAT(errors_of("name = \"x\"\n" + std::string{quiet}), HasSubstr("name: a key outside of any section"));
  EXPECT_THAT(errors_of("[node]\nname = \"a\"\nname = \"b\"\n"), HasSubstr("test.toml:3: not TOML: "));
}

TEST(Config, EnvironmentWinsOverTheFile) {
  const environment env{{"HEDGEROW_LOG_SYMBOL_PARTITIONS", "8"},
                        {"HEDGEROW_HEDGING_ONE_IN_FLIGHT", "false"},
                        {"HEDGEROW_NODE_ACTORS", "accumulator,api"},
                        {"HEDGEROW_BROKER_APP_SECRET", "from-env"},
                        {"HEDGEROW_POLLER_BASE", "45s"},
                        {"HEDGEROW_LOG_KIND", ""}};
  const settings s = loaded_settings(std::string{quiet} + "[log]\nsymbol_partitions = 2\nkind = \"memory\"\n", env);
  EXPECT_EQ(s.log.policy.symbol_partitions, 8U);
  EXPECT_EQ(s.log.kind, log_kind::memory);
  EXPECT_FALSE(s.hedging.one_in_flight);
  EXPECT_EQ(s.node.actors, (std::vector<std::string>{"accumulator", "api"}));
  EXPECT_EQ(s.broker.app_secret.reveal(), "from-env");
  EXPECT_EQ(s.poller.base, 45s);
}

TEST(Config, NamesTheVariableThatIsWrong) {
  const std::string errors = errors_of_quiet("", {{"HEDGEROW_LOG_SYMBOL_PARTITIONS", "many"}});
  EXPECT_THAT(errors, HasSubstr("environment variable HEDGEROW_LOG_SYMBOL_PARTITIONS: log.symbol_partitions = many: "
                                "not an integer; allowed: 1 to 256"));
}

TEST(Config, WarnsOfAnUnknownVariable) {
  const auto result =
      load_text(quiet, "test.toml", world::catalogue(), {{"HEDGEROW_LOG_KND", "memory"}, {"HOME", "/root"}});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->warnings.size(), 1U);
  EXPECT_THAT(result->warnings[0], HasSubstr("did you mean HEDGEROW_LOG_KIND?"));
  const auto far = load_text(quiet, "test.toml", world::catalogue(), {{"HEDGEROW_KAFKA_CACHE", "/tmp"}});
  ASSERT_EQ(far->warnings.size(), 1U);
  EXPECT_THAT(far->warnings[0], Not(HasSubstr("did you mean")));
}

TEST(Config, DoesNotWarnOfVariablesOfTheTestsAndTheSetup) {
  const auto result =
      load_text(quiet, "test.toml", world::catalogue(),
                {{"HEDGEROW_KEEP", "1"}, {"HEDGEROW_CHAOS_ROUNDS", "200"}, {"HEDGEROW_WITHOUT_KAFKA", "1"}});
  ASSERT_TRUE(result);
  EXPECT_THAT(result->warnings, ::testing::IsEmpty());
}

TEST(Config, FillsPlaceholdersFromTheEnvironment) {
  const std::string text = std::string{quiet} + "[chain]\nws_url = \"${NODE_URL}\"\nstart_block = \"${FIRST}\"\n";
  const settings s = loaded_settings(text, {{"NODE_URL", "wss://node.example/key"}, {"FIRST", "12"}});
  EXPECT_EQ(s.chain.ws_url.reveal(), "wss://node.example/key");
  EXPECT_EQ(s.chain.start_block, 12U);
  EXPECT_THAT(errors_of(text, {{"FIRST", "12"}}), HasSubstr("the environment variable NODE_URL is not set"));
}

TEST(Config, TakesSeveralEndpointsOfTheChain) {
  const std::string text = std::string{quiet} +
                           "[chain]\nquorum = 2\nchain_id = 8453\n"
                           "[[chain.endpoint]]\nname = \"own\"\nurl = \"ws://10.0.0.5:8546\"\n"
                           "[[chain.endpoint]]\nname = \"provider\"\nurl = \"${NODE_URL}\"\nmax_requests = 4\n";
  const settings s = loaded_settings(text, {{"NODE_URL", "wss://node.example/key"}});
  ASSERT_EQ(s.endpoints.size(), 2U);
  EXPECT_EQ(s.chain.agreement.quorum, 2U);
  EXPECT_EQ(s.endpoints[0].name, "own");
  EXPECT_EQ(s.endpoints[1].url.reveal(), "wss://node.example/key");
  EXPECT_EQ(s.endpoints[1].max_in_flight, 4U);
  const auto wrong = errors_of_quiet("[[chain.endpoint]]\nname = \"own\"\nurl = \"https://node.example/key\"\n");
  EXPECT_THAT(wrong, HasSubstr("chain.endpoint[0].url = ***: not a WebSocket address"));
  EXPECT_THAT(wrong, ::testing::Not(HasSubstr("node.example")));
  EXPECT_THAT(errors_of_quiet("[chain.endpoint]\nname = \"own\"\n"), HasSubstr("write [[chain.endpoint]]"));
}

TEST(Config, TakesSecretsFromFiles) {
  const std::string file = temporary_file("app_secret", "from-file\n");
  const settings by_key = loaded_settings(std::string{quiet} + "[broker]\napp_secret_file = \"" + file + "\"\n");
  EXPECT_EQ(by_key.broker.app_secret.reveal(), "from-file");
  const settings by_env = loaded_settings(std::string{quiet}, {{"HEDGEROW_BROKER_APP_SECRET_FILE", file}});
  EXPECT_EQ(by_env.broker.app_secret.reveal(), "from-file");
  EXPECT_THAT(errors_of_quiet("[broker]\napp_secret_file = \"/no/such\"\n"), HasSubstr("not a file that can be read"));
  EXPECT_THAT(errors_of_quiet("[broker]\napp_secret = \"a\"\napp_secret_file = \"" + file + "\"\n"),
              HasSubstr("given twice"));
}

TEST(Config, NeverShowsASecret) {
  const std::string bad_key =
      errors_of_quiet("[oauth]\nencryption_key = \"topsecret\"\n[broker]\napp_secrt = \"topsecret\"\n");
  EXPECT_THAT(bad_key, HasSubstr("did you mean app_secret?"));
  EXPECT_THAT(bad_key, Not(HasSubstr("topsecret")));
  const std::string from_env = errors_of_quiet("[oauth]\nencryption_key = \"${K}\"\n", {{"K", "topsecret"}});
  EXPECT_THAT(from_env, HasSubstr("encryption_key = ***"));
  EXPECT_THAT(from_env, Not(HasSubstr("topsecret")));
  const std::string file = temporary_file("bad_key", "topsecret");
  EXPECT_THAT(errors_of_quiet("[oauth]\nencryption_key_file = \"" + file + "\"\n"), Not(HasSubstr("topsecret")));

  const settings s = loaded_settings(std::string{complete});
  EXPECT_THAT(to_toml(s), HasSubstr("app_secret = \"***\""));
  EXPECT_THAT(to_toml(s), Not(HasSubstr("hush-hush")));
  std::ostringstream out;
  out << s.broker.app_secret;
  EXPECT_EQ(out.str(), "***");
}

/// Characters that copying, editors and shells put around a secret are no part of it.
TEST(Config, TrimsWhatIsWrappedAroundASecret) {
  const std::string marked = "\xef\xbb\xbf";
  const environment none;
  for (const std::string& wrapped : {std::string{" the-secret"}, std::string{"the-secret \t"},
                                     marked + "the-secret\r\n", std::string{"\n\nthe-secret\n\n"}}) {
    const std::string file = temporary_file("wrapped_secret", wrapped);
    const std::string key = std::string{quiet} + "[broker]\napp_secret";
    EXPECT_EQ(loaded_settings(quiet.data(), {{"HEDGEROW_BROKER_APP_SECRET", wrapped}}).broker.app_secret.reveal(),
              "the-secret");
    EXPECT_EQ(loaded_settings(key + "_file = \"" + file + "\"\n").broker.app_secret.reveal(), "the-secret");
    EXPECT_EQ(loaded_settings(key + " = \"${S}\"\n", {{"S", wrapped}}).broker.app_secret.reveal(), "the-secret");
  }
  EXPECT_EQ(
      loaded_settings(std::string{quiet} + "[kafka]\nsasl_password = \" two words \"\n").kafka.sasl_password.reveal(),
      "two words");
}

TEST(Config, RefusesASecretThatCannotBeOneByNameAndWithoutItsValue) {
  const std::pair<const char*, const char*> cases[] = {
      {"first-line\nsecond-line", "more than one line"},
      {"first-line\rsecond-line", "more than one line"},
      {"se\x01cret-line", "a text with a control character"},
      {"first-line second-line", "a text with a blank in it"},
      {"\"first-line\"", "a text in quotes of its own"},
      {"'first-line'", "a text in quotes of its own"},
      {"first-line\xe2\x80\x8b", "a character that is not visible ASCII"},
      {"\xff\xfe first-line", "a blank in it"},
  };
  for (const auto& [value, problem] : cases) {
    const std::string file = temporary_file("bad_secret", value);
    for (const std::string& errors : {errors_of_quiet("", {{"HEDGEROW_BROKER_APP_SECRET", value}}),
                                      errors_of_quiet("[broker]\napp_secret_file = \"" + file + "\"\n"),
                                      errors_of_quiet("[broker]\napp_secret = \"${S}\"\n", {{"S", value}})}) {
      EXPECT_THAT(errors, AllOf(HasSubstr("broker.app_secret"), HasSubstr(problem), Not(HasSubstr("-line")))) << value;
    }
  }
  const std::string password = errors_of_quiet("", {{"HEDGEROW_KAFKA_SASL_PASSWORD", "first-line\nsecond-line"}});
  EXPECT_THAT(password,
              AllOf(HasSubstr("kafka.sasl_password"), HasSubstr("more than one line"), Not(HasSubstr("-line"))));
}

TEST(Config, TakesAddressesWithARightChecksumOrWithoutOne) {
  for (const std::string owner :
       {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"}) {
    const settings s = loaded_settings(std::string{quiet} + "[chain]\nowner = \"" + owner + "\"\n");
    EXPECT_EQ(s.chain.owner->to_string(), "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
  }
}

TEST(Config, LeavesLibrdkafkaWhatExactlyOnceRestsOn) {
  EXPECT_THAT(errors_of_quiet("[kafka_properties]\n\"fetch.wait.max.ms\" = \"50\"\n"), "");
  for (const std::string ours : {"enable.idempotence", "isolation.level", "max.in.flight"}) {
    EXPECT_THAT(errors_of_quiet("[kafka_properties]\n\"" + ours + "\" = \"5\"\n"),
                AllOf(HasSubstr(ours), HasSubstr("exactly once rests on this property")));
  }
}

TEST(Config, ShowsNoValueOfLibrdkafkasProperties) {
  const auto refused = errors_of_quiet("[kafka_properties]\n\"sasl.password\" = \"hush-hush\"\n");
  EXPECT_THAT(refused, AllOf(HasSubstr("sasl.password"), HasSubstr("***"), Not(HasSubstr("hush-hush"))));
  const auto ours = errors_of_quiet("[kafka_properties]\n\"group.id\" = \"${SECRET}\"\n", {{"SECRET", "hush-hush"}});
  EXPECT_THAT(ours, AllOf(HasSubstr("***"), Not(HasSubstr("hush-hush"))));
  EXPECT_THAT(errors_of_quiet("[kafka_properties]\n\"ssl.key.pem\" = \"hush-hush\"\n"),
              AllOf(HasSubstr("does not belong here"), Not(HasSubstr("hush-hush"))));
  const settings s =
      loaded_settings(std::string{complete} + "[kafka_properties]\n\"sasl.x\" = \"a-login-in-a-property\"\n");
  EXPECT_THAT(to_toml(s), AllOf(HasSubstr("\"sasl.x\" = \"***\""), Not(HasSubstr("a-login-in-a-property"))));
}

TEST(Config, CannotReadWhatIsNotThere) {
  for (const std::string path : {"/no/such/file.toml", "/"}) {
    const auto result = load(path, world::catalogue());
    ASSERT_FALSE(result) << path;
    EXPECT_THAT(to_string(result.error()), HasSubstr("cannot be read"));
  }
}

}  // namespace
}  // namespace hedgerow::config
