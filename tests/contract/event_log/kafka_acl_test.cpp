// A broker that grants by ACLs: what docs/kafka.md asks for is enough, each part of it is needed, and a part that is
// missing is named.
#include <gmock/gmock.h>

#include <atomic>

#include "messages/types/check.hpp"
#include "runtime/adapters/kafka/admin_call.hpp"
#include "runtime/adapters/kafka/kafka_log.hpp"
#include "runtime/adapters/kafka/kafka_topics.hpp"
#include "runtime/demo/kafka_process.hpp"
#include "tests/contract/event_log/event_log_contract.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* listener = "LOGIN";
constexpr const char* user = "hedgerow";
constexpr const char* password = "a-password-that-nobody-guesses";

struct grant {
  rd_kafka_ResourceType_t on;
  rd_kafka_AclOperation_t operation;
};
using grants = std::vector<grant>;

/// docs/kafka.md, access.
const grants needed{{RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_READ},
                    {RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_WRITE},
                    {RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS},
                    {RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_CREATE},
                    {RD_KAFKA_RESOURCE_GROUP, RD_KAFKA_ACL_OPERATION_READ},
                    {RD_KAFKA_RESOURCE_TRANSACTIONAL_ID, RD_KAFKA_ACL_OPERATION_WRITE}};

grants without(rd_kafka_ResourceType_t on, rd_kafka_AclOperation_t operation) {
  auto rest = needed;
  std::erase_if(rest, [&](const grant& g) { return g.on == on && g.operation == operation; });
  HEDGEROW_CHECK(rest.size() + 1 == needed.size(), "one is left out");
  return rest;
}

/// Clients of the broker's own listener may do everything; clients that log in, only what is granted.
class guarded_broker {
 public:
  guarded_broker() {
    auto options = kafka_test_options(folder_.file("kafka"));
    demo::kafka_listener login{listener, "SASL_PLAINTEXT", {}};
    login.settings = {
        {"sasl.enabled.mechanisms", "SCRAM-SHA-256"},
        {"scram-sha-256.sasl.jaas.config", "org.apache.kafka.common.security.scram.ScramLoginModule required;"}};
    options.listeners = {login};
    options.users = {{"SCRAM-SHA-256", user, password}};
    options.settings["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    options.settings["super.users"] = "User:ANONYMOUS";
    auto started = demo::kafka_process::start(std::move(options));
    HEDGEROW_CHECK(started.has_value(), started ? "" : started.error().c_str());
    process_ = std::move(*started);
  }
  ~guarded_broker() { process_->kill_hard(); }  // its data goes as well
  guarded_broker(const guarded_broker&) = delete;
  guarded_broker& operator=(const guarded_broker&) = delete;

  [[nodiscard]] adapters::kafka_options options(const std::string& prefix, bool as_user) const {
    adapters::kafka_options o;
    o.prefix = prefix;
    o.bootstrap = as_user ? process_->bootstrap(listener) : process_->bootstrap();
    o.session_timeout = std::chrono::milliseconds{1500};
    o.transaction_timeout = std::chrono::seconds{3};
    if (as_user)
      o.properties = {{"security.protocol", "sasl_plaintext"},
                      {"sasl.mechanism", "SCRAM-SHA-256"},
                      {"sasl.username", user},
                      {"sasl.password", password}};
    return o;
  }

  void allow(const std::string& prefix, const grants& all) const {
    const auto admin_options = options(prefix, false);
    const auto admin = adapters::make_kafka_client(RD_KAFKA_PRODUCER, admin_options, {});
    ASSERT_TRUE(admin);
    std::vector<rd_kafka_AclBinding_t*> bindings;
    for (const auto& g : all)
      bindings.push_back(rd_kafka_AclBinding_new(g.on, prefix.c_str(), RD_KAFKA_RESOURCE_PATTERN_PREFIXED,
                                                 "User:hedgerow", "*", g.operation, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
                                                 nullptr, 0));
    const auto answer = adapters::admin_call(admin->get(), admin_options, "ACLs", [&](auto* with, auto* queue) {
      rd_kafka_CreateAcls(admin->get(), bindings.data(), bindings.size(), with, queue);
    });
    ASSERT_TRUE(answer) << answer.error().detail;
    std::size_t count = 0;
    const auto* results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer->get()), &count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(rd_kafka_acl_result_error(results[i]), nullptr);
    rd_kafka_AclBinding_destroy_array(bindings.data(), bindings.size());
    // The controller has them; the broker gets them from there.
    ASSERT_TRUE(eventually([&] { return in_force(admin->get(), admin_options) == all.size(); }));
  }

 private:
  static std::size_t in_force(rd_kafka_t* admin, const adapters::kafka_options& options) {
    using filter_ptr =
        std::unique_ptr<rd_kafka_AclBindingFilter_t, adapters::destroy_with<rd_kafka_AclBinding_destroy>>;
    const filter_ptr filter{rd_kafka_AclBindingFilter_new(
        RD_KAFKA_RESOURCE_ANY, options.prefix.c_str(), RD_KAFKA_RESOURCE_PATTERN_PREFIXED, nullptr, nullptr,
        RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, nullptr, 0)};
    const auto answer = adapters::admin_call(admin, options, "ACLs", [&](auto* with, auto* queue) {
      rd_kafka_DescribeAcls(admin, filter.get(), with, queue);
    });
    if (!answer) return 0;
    std::size_t count = 0;
    rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(answer->get()), &count);
    return count;
  }

  temporary_directory folder_;
  std::unique_ptr<demo::kafka_process> process_;
};

class KafkaAclTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { broker_ = std::make_unique<guarded_broker>(); }
  static void TearDownTestSuite() { broker_.reset(); }

  /// Options of a user with these grants, by now in force at the broker.
  static adapters::kafka_options granted(const grants& all) {
    static std::atomic<int> count{0};
    const auto prefix = "a" + std::to_string(++count) + ".";
    broker_->allow(prefix, all);
    return broker_->options(prefix, true);
  }
  /// The topics exist, made by another user.
  static adapters::kafka_options granted_with_topics(const grants& all) {
    auto mine = granted(all);
    const fake_clock clock;
    EXPECT_TRUE(adapters::open_kafka_log(broker_->options(mine.prefix, false), clock));
    return mine;
  }

  /// What opening the log says.
  std::string refusal(const adapters::kafka_options& options) {
    const auto log = adapters::open_kafka_log(options, clock_);
    return log ? "it got in" : log.error().detail;
  }

  /// The error of a member that reads `trades` and then commits.
  std::string trouble(const adapters::kafka_options& options) {
    const auto log = adapters::open_kafka_log(options, clock_);
    if (!log) return "not even open: " + log.error().detail;
    auto member = must_join(**log, "g", "i", {topic::onchain_trades});
    std::string told;
    bool assigned = false;
    EXPECT_TRUE(eventually([&] {
      const auto batch = member->poll(10);
      if (!batch) told = batch.error().detail;
      assigned = assigned || (batch && !batch->assigned.empty());
      return assigned || !told.empty();
    }));
    if (!told.empty()) return told;
    if (const auto failure = commit_now(*member, {{put(commands0, "k", "1")}, {{trades0, 0}}})) return failure->detail;
    EXPECT_TRUE(eventually([&] {
      const auto batch = member->poll(10);
      if (!batch) told = batch.error().detail;
      return !told.empty();
    })) << "it works";
    return told;
  }

  static std::unique_ptr<guarded_broker> broker_;
  const fake_clock clock_;
};
std::unique_ptr<guarded_broker> KafkaAclTest::broker_;

TEST_F(KafkaAclTest, WhatTheDocsAskForIsEnough) {
  const auto options = granted(needed);
  const auto log = adapters::open_kafka_log(options, clock_);
  ASSERT_TRUE(log) << log.error().detail;
  auto member = must_join(**log, "g", "i", {topic::onchain_trades});
  poll_changes(*member, 4, 0);
  auto failure = commit_now(*member, {{put(trades0, "k", "1"), put(updates0, "AAPL", "2")}, {}});
  ASSERT_FALSE(failure) << failure->detail;
  EXPECT_EQ(values_of(poll_until(*member, 1).records), std::vector<std::string>{"1"});
  failure = commit_now(*member, {{put(commands0, "k", "3")}, {{trades0, 1}}});
  ASSERT_FALSE(failure) << failure->detail;
  EXPECT_EQ((*log)->committed("g", trades0).value(), 1);
  const auto progress = (*log)->progress({{"g", {topic::onchain_trades}}, {"h", {topic::schwab_commands}}});
  EXPECT_TRUE(progress) << progress.error().detail;
  EXPECT_EQ(values_of((*log)->changelog(updates0).value()), std::vector<std::string>{"2"});
  EXPECT_TRUE(eventually([&] { return (*log)->read(commands0, 0, 10).value().size() == 1; }));
  const auto findings = adapters::inspect_cluster(options);
  ASSERT_TRUE(findings) << findings.error().detail;
  for (const auto& f : *findings) EXPECT_TRUE(f.exists && f.differences.empty()) << f.name;
}

TEST_F(KafkaAclTest, AUserWhoMayNotMakeTopicsIsTold) {
  const auto rest = without(RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_CREATE);
  EXPECT_THAT(refusal(granted(rest)), HasSubstr("Create on topics"));
  EXPECT_EQ(refusal(granted_with_topics(rest)), "it got in");
}

TEST_F(KafkaAclTest, AUserWhoMayNotSeeTheTopicsPropertiesIsTold) {
  const auto rest = without(RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS);
  EXPECT_THAT(refusal(granted_with_topics(rest)), HasSubstr("DescribeConfigs"));
}

TEST_F(KafkaAclTest, AMemberIsToldWhatItMayNotDo) {
  struct lack {
    rd_kafka_ResourceType_t on;
    rd_kafka_AclOperation_t operation;
    const char* told;
  };
  for (const auto& [on, operation, told] :
       {lack{RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_READ, "grant Read, Write, "},
        lack{RD_KAFKA_RESOURCE_TOPIC, RD_KAFKA_ACL_OPERATION_WRITE, "grant Read, Write, "},
        lack{RD_KAFKA_RESOURCE_GROUP, RD_KAFKA_ACL_OPERATION_READ, "grant Read on groups"},
        lack{RD_KAFKA_RESOURCE_TRANSACTIONAL_ID, RD_KAFKA_ACL_OPERATION_WRITE, "grant Write on transactional ids"}}) {
    SCOPED_TRACE(told);
    EXPECT_THAT(trouble(granted_with_topics(without(on, operation))), HasSubstr(told));
  }
}

}  // namespace
}  // namespace hedgerow::test
