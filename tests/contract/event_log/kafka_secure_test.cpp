// The way to the broker over TLS and with a login: what gets in works as it does without, and what does not get in says
// soon which key is to be changed, without a password.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "config/config.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/kafka/kafka_topics.hpp"
#include "runtime/demo/child_process.hpp"
#include "runtime/telemetry/metric_registry.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/kafka_cluster.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/contract/event_log/secure_broker.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::test {
namespace {

using strings = std::vector<std::string>;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A clear answer comes well before a question's limit, which is `patient` here.
constexpr std::chrono::seconds soon{15};
constexpr const char* patient = "60s";

adapters::kafka_options options_of(const kafka_section& section) {
  const std::string rest = "[node]\nactors = [\"api\"]\n[log]\nkind = \"kafka\"\n";
  const auto loaded = config::load_text(rest + to_toml(section), "test", world::catalogue(), {});
  HEDGEROW_CHECK(loaded.has_value(), loaded ? "" : config::to_string(loaded.error()).c_str());
  return world::to_kafka_options(loaded->values);
}

class KafkaSecureTest : public ::testing::Test {
 protected:
  [[nodiscard]] kafka_section section(const std::string& listener) { return broker_.section_for(listener); }

  /// A member commits records and its offset, another goes on from there, and both kinds of readers see it.
  void expect_works(const kafka_section& section) {
    const auto log = adapters::open_kafka_log(options_of(section), clock_);
    ASSERT_TRUE(log) << log.error().detail;
    auto member = must_join(**log, "g", "i", {topic::onchain_trades});
    poll_changes(*member, 4, 0);
    const auto failure = commit_now(*member, {{put(trades0, "k", "1"), put(updates0, "AAPL", "2")}, {}});
    ASSERT_FALSE(failure) << failure->detail;
    EXPECT_EQ(values_of(poll_until(*member, 1).records), strings{"1"});
    ASSERT_FALSE(commit_now(*member, {{put(commands0, "k", "3")}, {{trades0, 1}}}));
    EXPECT_EQ((*log)->committed("g", trades0).value(), 1);
    EXPECT_EQ(values_of((*log)->changelog(updates0).value()), strings{"2"});
    EXPECT_TRUE(eventually([&] { return (*log)->read(commands0, 0, 10).value().size() == 1; }));
    EXPECT_TRUE(adapters::inspect_cluster(options_of(section)));
  }

  /// What opening the log says.
  std::string refusal(kafka_section section) {
    section["request_timeout"] = patient;
    const auto begun = std::chrono::steady_clock::now();  // allow: measures
    const auto log = adapters::open_kafka_log(options_of(section), clock_);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, soon);  // allow: measures
    return log ? "it got in" : log.error().detail;
  }

  secure_broker& broker_ = shared_secure_broker();
  const fake_clock clock_;
};

TEST_F(KafkaSecureTest, CommitsAndReadsOverTls) { expect_works(section(tls_listener)); }
TEST_F(KafkaSecureTest, CommitsAndReadsWithACertificateOfItsOwn) { expect_works(section(mutual_listener)); }
TEST_F(KafkaSecureTest, CommitsAndReadsWithALoginByPlain) { expect_works(section(login_listener)); }

TEST_F(KafkaSecureTest, CommitsAndReadsWithALoginByScram) {
  for (const char* listener : {login_listener, open_login_listener}) {
    for (const char* mechanism : {"scram_sha_256", "scram_sha_512"}) {
      SCOPED_TRACE(std::string{listener} + ' ' + mechanism);
      auto keys = section(listener);
      keys["sasl_mechanism"] = mechanism;
      expect_works(keys);
    }
  }
}

TEST_F(KafkaSecureTest, CommitsAndReadsWithAnEncryptedKey) {
  auto keys = section(mutual_listener);
  keys["key"] = broker_.file("client.locked");
  keys["key_password"] = user_password;
  expect_works(keys);
}

TEST_F(KafkaSecureTest, AWrongPasswordIsNamedAndNotShown) {
  const auto tried = [this](const char* listener, const char* mechanism) {
    auto keys = section(listener);
    keys["sasl_mechanism"] = mechanism;
    keys["sasl_password"] = "wrong-guess";
    return refusal(keys);
  };
  const auto named = AllOf(HasSubstr("kafka.sasl_password"), HasSubstr("\"hedgerow\""), Not(HasSubstr("wrong-guess")));
  for (const char* mechanism : {"plain", "scram_sha_256", "scram_sha_512"})
    EXPECT_THAT(tried(login_listener, mechanism), named) << mechanism;
  for (const char* mechanism : {"scram_sha_256", "scram_sha_512"})
    EXPECT_THAT(tried(open_login_listener, mechanism), named) << mechanism;
}

TEST_F(KafkaSecureTest, AMechanismThatTheBrokerDoesNotOfferIsNamed) {
  auto keys = section(open_login_listener);
  keys["sasl_mechanism"] = "plain";
  EXPECT_THAT(refusal(keys), AllOf(HasSubstr("kafka.sasl_mechanism"), HasSubstr("PLAIN")));
}

TEST_F(KafkaSecureTest, AListenerThatTakesNoLoginsIsNamed) {
  auto keys = section(open_login_listener);
  keys["bootstrap"] = broker_.process().bootstrap();
  const auto named = AllOf(HasSubstr("takes no logins"), HasSubstr("kafka.security = \"sasl_"),
                           HasSubstr("kafka.bootstrap"), Not(HasSubstr("sasl_password")));
  for (const char* mechanism : {"plain", "scram_sha_512"}) {
    keys["sasl_mechanism"] = mechanism;
    EXPECT_THAT(refusal(keys), named) << mechanism;
  }
  keys = section(login_listener);
  keys["bootstrap"] = broker_.process().bootstrap(tls_listener);
  EXPECT_THAT(refusal(keys), named);
}

TEST_F(KafkaSecureTest, AnUnknownAuthorityIsNamedWithItsFile) {
  auto keys = section(tls_listener);
  keys["ca_file"] = broker_.file("foreign.ca");
  EXPECT_THAT(refusal(keys), AllOf(HasSubstr("kafka.ca_file"), HasSubstr(keys["ca_file"])));
  keys.erase("ca_file");
  EXPECT_THAT(refusal(keys), HasSubstr("kafka.ca_file is not set"));
}

TEST_F(KafkaSecureTest, ACertificateForAnotherHostIsNamed) {
  EXPECT_THAT(refusal(section(misnamed_listener)),
              AllOf(HasSubstr("kafka.bootstrap"), HasSubstr("mismatch"), Not(HasSubstr("kafka.ca_file"))));
}

TEST_F(KafkaSecureTest, AMissingCertificateOfTheNodeIsNamed) {
  auto keys = section(mutual_listener);
  keys.erase("certificate");
  keys.erase("key");
  EXPECT_THAT(refusal(keys), HasSubstr("set kafka.certificate and kafka.key"));
}

TEST_F(KafkaSecureTest, ACertificateOfTheNodeThatTheBrokerDoesNotTrustIsNamed) {
  auto keys = section(mutual_listener);
  keys["certificate"] = broker_.file("foreign.pem");
  keys["key"] = broker_.file("foreign.key");
  EXPECT_THAT(refusal(keys), HasSubstr("check that kafka.certificate"));
}

TEST_F(KafkaSecureTest, AKeyThatCannotBeOpenedIsNamedAndItsPasswordNotShown) {
  auto keys = section(mutual_listener);
  keys["key"] = broker_.file("client.locked");
  keys["key_password"] = "wrong-guess";
  EXPECT_THAT(refusal(keys), AllOf(HasSubstr("kafka.key_password"), Not(HasSubstr("wrong-guess"))));
}

TEST_F(KafkaSecureTest, TheWrongProtocolIsNamed) {
  auto keys = section(tls_listener);
  keys["security"] = "plaintext";
  EXPECT_THAT(refusal(keys), HasSubstr("kafka.security"));
  keys["security"] = "ssl";
  keys["bootstrap"] = broker_.process().bootstrap();
  EXPECT_THAT(refusal(keys), HasSubstr("kafka.security"));
  keys = section(login_listener);
  keys["security"] = "ssl";
  EXPECT_THAT(refusal(keys), HasSubstr("kafka.security"));
}

TEST_F(KafkaSecureTest, AMemberThatIsAtWorkNamesThePasswordThatIsNotTakenAnyMore) {
  auto keys = section(login_listener);
  keys["transaction_timeout"] = "3s";
  auto options = options_of(keys);
  const auto registry = std::make_shared<telemetry::metric_registry>();
  options.metrics = registry;
  options.statistics_interval = std::chrono::milliseconds{100};
  const auto log = adapters::open_kafka_log(options, clock_);
  ASSERT_TRUE(log) << log.error().detail;
  const auto writer = must_join(**log, "w", "w", {});
  ASSERT_FALSE(commit_now(*writer, {{put(commands0, "k", "1")}, {}}));
  broker_.restart_with("another-password");
  ASSERT_THAT(refusal(keys), HasSubstr("kafka.sasl_password"));
  // The refusal is reported once, to a writer that has nothing to do; the same one is not reported again for 30 s.
  const auto connects = [&] {
    return read_prometheus(registry->text()).value().sum("hedgerow_kafka_broker_connects_total", {{"service", "w"}});
  };
  const auto before = connects();
  ASSERT_TRUE(eventually([&] { return connects() >= before + 3; }));
  const auto failure = commit_now(*writer, {{put(commands0, "k", "2")}, {}});
  const auto late = (*log)->join({"w2", "w", {}});
  ASSERT_TRUE(late);
  const auto from_the_start = commit_now(**late, {{put(commands0, "k", "3")}, {}});
  broker_.restart_with(user_password);
  for (const auto& f : {failure, from_the_start}) {
    ASSERT_TRUE(f);
    EXPECT_THAT(f->detail, AllOf(HasSubstr("kafka.sasl_password"), Not(HasSubstr(user_password))));
  }
}

// -- the commands ----------------------------------------------------------------------------------------------------

struct command_outcome {
  int code = -1;
  std::string said;
};

command_outcome run_hedgerow(const temporary_directory& folder, std::vector<std::string> words,
                             const kafka_section& section) {
  const auto config = folder.file("node.toml");
  std::ofstream{config} << "[node]\nname = \"secure\"\nactors = [\"api\"]\ndata_dir = \"" << folder.file("data")
                        << "\"\n[log]\nkind = \"kafka\"\n[api]\nport = 0\n[admin]\nport = 0\n"
                        << to_toml(section);
  words.insert(words.begin(), test::build_folder() + "/hedgerow");
  words.insert(words.end(), {"--config", config});
  demo::child_process child{{std::move(words), folder.file("said"), 9}};
  if (!child.wait_end(std::chrono::seconds{15})) return {-1, demo::text_of(folder.file("said"))};
  return {*child.exit_code(), demo::text_of(folder.file("said"))};
}

TEST_F(KafkaSecureTest, TopicsAreMadeAndCheckedWithALogin) {
  const temporary_directory folder;
  const auto keys = section(login_listener);
  const auto missing = run_hedgerow(folder, {"topics", "check"}, keys);
  EXPECT_EQ(missing.code, 1) << missing.said;
  EXPECT_THAT(missing.said, AllOf(HasSubstr("make it"), HasSubstr("`hedgerow topics apply`")));
  EXPECT_EQ(run_hedgerow(folder, {"topics", "apply"}, keys).code, 0);
  const auto there = run_hedgerow(folder, {"topics", "check"}, keys);
  EXPECT_EQ(there.code, 0) << there.said;
  EXPECT_THAT(run_hedgerow(folder, {"replay", "verify"}, keys).said, HasSubstr("nothing to verify"));
}

TEST_F(KafkaSecureTest, CommandsThatOnlyReadMakeNoTopicsAndNameThePrefix) {
  const temporary_directory folder;
  auto keys = section(login_listener);
  keys["prefix"] = "typo.";
  const auto file = folder.file("history.jsonl");
  for (const strings& words :
       {strings{"replay", "positions"}, strings{"replay", "projection", "trades"}, strings{"replay", "verify"},
        strings{"log", "export", file}, strings{"log", "verify", file}}) {
    const auto outcome = run_hedgerow(folder, words, keys);
    EXPECT_EQ(outcome.code, 1) << words.back() << outcome.said;
    EXPECT_THAT(outcome.said, HasSubstr("kafka.prefix = \"typo.\""));
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto findings = adapters::inspect_cluster(options_of(keys));
  ASSERT_TRUE(findings) << findings.error().detail;
  EXPECT_TRUE(std::ranges::none_of(*findings, &adapters::topic_finding::exists));
}

TEST_F(KafkaSecureTest, CommandsThatDoNotGetInEndWithTheReason) {
  const temporary_directory folder;
  auto keys = section(login_listener);
  keys["sasl_password"] = "wrong-guess";
  for (const strings& words : {strings{"topics", "check"}, strings{"node"}}) {
    const auto outcome = run_hedgerow(folder, words, keys);
    EXPECT_EQ(outcome.code, 1) << words.front() << outcome.said;
    EXPECT_THAT(outcome.said, AllOf(HasSubstr("kafka.sasl_password"), Not(HasSubstr("wrong-guess"))));
  }
}

}  // namespace
}  // namespace hedgerow::test
