// A service whose stored state cannot be read ends its node before it takes any input.
#include <gtest/gtest.h>

#include "actors/accumulator/accumulator_actor.hpp"
#include "actors/bridges/bridge.hpp"
#include "actors/execution/execution_actor.hpp"
#include "actors/ingestion/ingestion_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "actors/validation/validation_actor.hpp"
#include "messages/protocol/final_error.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow {
namespace {

class UnreadableChangelogTest : public test::actor_fixture {
 public:
  void append(topic t, const std::string& key, const std::string& value) {
    auto writer = log->join({"test-writer", "w", {}});
    (*writer)->commit({{{{t, 0}, key, value}}, {}}, [](auto outcome) { EXPECT_TRUE(outcome); });
  }

  /// Why the bridge of `service` ended; empty when it is still there.
  std::string end_of(const bridges::service& service) {
    bridges::bridge_config config;
    config.notices = &notices;
    std::string why;
    auto bridge = own(protocol::spawn_class<bridges::bridge>(system, log, service, config, &clock));
    bridge->attach_functor([&](const caf::error& reason) { why = protocol::why_final(reason).value_or("not final"); });
    run();
    return why;
  }

  void expect_refusal(const bridges::service& service, const std::string& changelog_key) {
    append(*service.changelog, changelog_key, R"({"type":"of another version","schema":2})");
    append(service.inputs.front(), "AAPL:1", "a record of its input");
    const auto why = end_of(service);
    EXPECT_NE(why.find(changelog_key), std::string::npos) << service.name << ": " << why;
    EXPECT_NE(why.find("cannot read"), std::string::npos) << service.name << ": " << why;
    EXPECT_TRUE(notices.has("ALARM changelog_unreadable " + changelog_key)) << service.name;
    EXPECT_TRUE(log->read({topic::dead_letters, 0}, 0, 10)->empty()) << service.name << " took its input";
  }

  test::fake_clock clock;
  test::heard_notices notices;
  std::shared_ptr<ports::event_log> log = adapters::make_memory_log(clock, 1);
};

TEST_F(UnreadableChangelogTest, IngestionDoesNotStart) {
  for (const std::string key : {"checkpoint", "floor", "0xab:1"}) {
    log = adapters::make_memory_log(clock, 1);
    append(topic::ingestion_changelog, key, R"({"type":"of another version","schema":2})");
    const auto why = end_of(ingestion::ingestion_service({}, nullptr, &clock, &notices));
    EXPECT_NE(why.find(key), std::string::npos) << why;
    EXPECT_TRUE(notices.has("ALARM changelog_unreadable " + key)) << notices.all();
  }
}

TEST_F(UnreadableChangelogTest, ValidationDoesNotStart) {
  expect_refusal(validation::validation_service({}, nullptr, &clock), "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913");
}

TEST_F(UnreadableChangelogTest, TheAccumulatorDoesNotStart) {
  expect_refusal(accumulator::accumulator_service({}, &clock), "AAPL");
}

TEST_F(UnreadableChangelogTest, ExecutionDoesNotStart) { expect_refusal(execution::execution_service({}, {}), "AAPL"); }

TEST_F(UnreadableChangelogTest, ThePollerDoesNotStart) { expect_refusal(poller::poller_service({}, {}), "AAPL:1"); }

TEST_F(UnreadableChangelogTest, TokensDoesNotStart) { expect_refusal(tokens::tokens_service({}, {}), "singleton"); }

}  // namespace
}  // namespace hedgerow
