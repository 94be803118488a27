// The entities of a bridge without a bridge: who lives, who comes back and when.
#include "actors/bridges/entity_host.hpp"

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <set>

#include "runtime/telemetry/metric_registry.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"
#include "tests/support/prometheus_page.hpp"

namespace hedgerow::bridges {
namespace {

using namespace protocol;
using namespace std::chrono_literals;

/// Lives on until a record "crash"; keeps the answer to "hang" back.
struct sleeper_state {
  std::vector<caf::typed_response_promise<step_ptr>> kept_back;
};

entity_actor::behavior_type sleeper(entity_actor::stateful_pointer<sleeper_state> self) {
  self->set_exception_handler([](std::exception_ptr&) { return caf::make_error(caf::sec::runtime_error, "crash"); });
  return {
      [self](handle_atom, const slice_ptr& part) -> caf::result<step_ptr> {
        if (part->records.front().value == "crash") throw std::runtime_error{"crash"};
        if (part->records.front().value == "hang")
          return self->state.kept_back.emplace_back(self->make_response_promise<step_ptr>());
        return step_ptr{std::make_shared<step>()};
      },
      [](committed_atom, std::uint64_t) {},
      [](status_atom) { return make_status("sleeper", "entity"); },
  };
}

using host_actor = emitter_actor::extend<caf::reacts_to<activate_atom, std::string>>;

/// What the actor that the host lives in, and the test, share.
struct household {
  std::unique_ptr<entity_host> host;
  host_actor::pointer self = nullptr;
  std::vector<std::string> answers;
  std::vector<entity_host::death> deaths;
};

class EntityHost : public test::actor_fixture {
 public:
  EntityHost() {
    config.metrics = registry;
    config.notices = &notices;
    what.name = "sleeping";
    what.inputs = {topic::onchain_trades};
    what.changelog = topic::position_updates;
    what.has_own_work = [](const auto& changelog) { return changelog.contains("alone"); };
    what.spawn = [this](caf::actor_system& sys, const entity_seed& seed) {
      seeds.push_back(seed);
      return entity_actor{sys.spawn(sleeper)};
    };
  }

  ~EntityHost() override {
    caf::anon_send_exit(parent_, caf::exit_reason::kill);
    run();
  }

  entity_host& start() {
    parent_ = system.spawn([this](host_actor::pointer self) -> host_actor::behavior_type {
      auto metrics = std::make_shared<bridge_metrics>(registry, what.name);
      home.self = self;
      home.host = std::make_unique<entity_host>(self, what, config, &clock, std::move(metrics));
      self->set_down_handler([this, self](const caf::down_msg& down) {
        auto death = home.host->went_down(down.source, self->system().render(down.reason));
        if (!death) return;
        if (death->activate_after) self->delayed_send(self, *death->activate_after, activate_atom::value, death->key);
        home.deaths.push_back(std::move(*death));
      });
      self->attach_functor([this] { home.host.reset(); });
      return {[](emit_atom, const step_ptr&) {},
              [this](activate_atom, const std::string& key) { home.host->activate(key); }};
    });
    run();
    return *home.host;
  }

  static record stored(const std::string& key, const std::string& value) {
    return {{topic::position_updates, 0}, 0, {}, key, payload{value}};
  }

  void ask(const std::string& key, const std::string& value, std::uint32_t partition = 0) {
    auto part = std::make_shared<slice>();
    part->records.push_back({{topic::onchain_trades, partition}, 0, {}, key, payload{value}});
    home.host->ask(
        home.self, key, partition, part, [this](const step_ptr&) { home.answers.emplace_back("done"); },
        [this, key](const std::string& why) {
          home.host->died(key, why);
          home.answers.push_back(why);
        });
    run();
  }

  std::set<std::string> living() {
    std::set<std::string> out;
    for (const auto& one : home.host->some_living(100)) out.insert(one.key);
    return out;
  }

  void kill(const std::string& key) {
    caf::anon_send_exit(home.host->handle_of(key), caf::exit_reason::kill);
    run();
  }

  std::int64_t gauge(const std::string& name) {
    const auto page = test::read_prometheus(registry->text());
    return page ? static_cast<std::int64_t>(page->number("hedgerow_bridge_" + name, {{"service", "sleeping"}})) : -1;
  }

  using names = std::set<std::string>;

  test::fake_clock clock;
  test::heard_notices notices;
  std::shared_ptr<telemetry::metric_registry> registry = std::make_shared<telemetry::metric_registry>();
  bridge_config config;
  service what;
  std::vector<entity_seed> seeds;
  household home;

 private:
  host_actor parent_;
};

TEST_F(EntityHost, OfAPartitionOnlyThoseLiveThatWorkAloneOrAreAsked) {
  auto& host = start();
  host.load(0, {stored("alone", "1"), stored("AAPL", "2")});
  EXPECT_EQ(living(), names{"alone"});
  EXPECT_EQ(host.size(), 2U);
  ask("AAPL", "x");
  ask("TSLA", "x");
  EXPECT_EQ(living(), (names{"alone", "AAPL", "TSLA"}));
  EXPECT_EQ(home.answers, (std::vector<std::string>{"done", "done"}));
  ASSERT_EQ(seeds.size(), 3U);
  EXPECT_EQ(seeds[1].changelog, (std::map<std::string, std::string>{{"AAPL", "2"}}));
  EXPECT_EQ(gauge("entities"), 3);
  EXPECT_EQ(gauge("entities_live"), 3);
}

TEST_F(EntityHost, TheResidentLivesWithPartitionZero) {
  what.always_on = "keeper";
  auto& host = start();
  host.load(1, {});
  EXPECT_EQ(living(), names{});
  host.load(0, {});
  clock.advance(config.idle_passivate * 2);
  host.passivate();
  EXPECT_EQ(living(), names{"keeper"});
}

TEST_F(EntityHost, APartitionThatIsLostTakesItsEntitiesWithIt) {
  auto& host = start();
  host.load(0, {stored("alone", "1")});
  host.load(1, {stored("TSLA", "1")});
  ask("TSLA", "x", 1);
  const auto gone = host.handle_of("alone").address();
  host.drop(0);
  run();
  EXPECT_EQ(living(), names{"TSLA"});
  EXPECT_EQ(host.size(), 1U);
  EXPECT_EQ(host.key_of(gone), nullptr);
  EXPECT_TRUE(home.deaths.empty()) << "nobody is told of an end that was wanted";
  host.activate("alone");
  EXPECT_EQ(living(), names{"TSLA"}) << "a timer of what is gone does nothing";
}

TEST_F(EntityHost, AStepIsWhatAnEntityStartsFromNext) {
  auto& host = start();
  ask("AAPL", "x");
  step first;
  first.records = {{{topic::position_updates, 0}, "AAPL", "1"}, {{topic::schwab_commands, 0}, "AAPL", "no state"}};
  host.took_step("AAPL", first);
  host.stop("AAPL");
  ask("AAPL", "x");
  EXPECT_EQ(seeds.back().changelog, (std::map<std::string, std::string>{{"AAPL", "1"}}));
  step last;
  last.records = {{{topic::position_updates, 0}, "AAPL", std::nullopt}};
  host.took_step("AAPL", last);
  host.stop("AAPL");
  ask("AAPL", "x");
  EXPECT_TRUE(seeds.back().changelog.empty());
}

TEST_F(EntityHost, TheNewestRecordOfEachKeyOfAStepCounts) {
  auto& host = start();
  const auto told = [&](std::initializer_list<std::pair<std::string, std::optional<std::string>>> records) {
    step what_happened;
    for (const auto& [key, value] : records)
      what_happened.records.push_back({{topic::position_updates, 0}, key, value});
    host.took_step("AAPL", what_happened);
    host.stop("AAPL");
    ask("AAPL", "x");
    return seeds.back().changelog;
  };
  ask("AAPL", "x");
  using changelog = std::map<std::string, std::string>;
  EXPECT_EQ(told({{"a", "1"}, {"a", "2"}, {"b", "3"}, {"a", "4"}}), (changelog{{"a", "4"}, {"b", "3"}}));
  EXPECT_EQ(told({{"a", std::nullopt}, {"a", "5"}, {"b", "6"}, {"b", std::nullopt}}), (changelog{{"a", "5"}}));
  EXPECT_EQ(told({}), (changelog{{"a", "5"}}));
}

TEST_F(EntityHost, TheAnswerOfOneThatWasStoppedMeanwhileIsAFailure) {
  auto& host = start();
  auto part = std::make_shared<slice>();
  part->records.push_back({{topic::onchain_trades, 0}, 0, {}, "AAPL", payload{"x"}});
  host.ask(
      home.self, "AAPL", 0, part, [this](const step_ptr&) { home.answers.emplace_back("done"); },
      [this](const std::string& why) { home.answers.push_back(why); });
  // The entity answers, and is stopped before its host has seen that.
  scheduler.try_run_once();
  host.stop("AAPL");
  run();
  EXPECT_EQ(home.answers, std::vector<std::string>{"was stopped before its answer came"});
}

TEST_F(EntityHost, OneThatIsIdleIsPassivatedAndForgottenWhenItHasNoState) {
  auto& host = start();
  host.load(0, {stored("AAPL", "1")});
  for (const auto* key : {"AAPL", "TSLA", "NVDA"}) ask(key, "x");
  step waits;
  waits.idle = false;
  host.took_step("NVDA", waits);
  host.passivate();
  EXPECT_EQ(living(), (names{"AAPL", "NVDA"})) << "there is nothing to rebuild TSLA from";
  clock.advance(config.idle_passivate);
  host.passivate();
  EXPECT_EQ(living(), names{"NVDA"}) << "it waits for something";
  EXPECT_EQ(host.size(), 2U) << "AAPL is known by its state";
}

TEST_F(EntityHost, OneThatMissesItsDeadlineIsEndedAndTold) {
  auto& host = start();
  ask("AAPL", "hang");
  advance(config.handle_timeout - 1ms);
  EXPECT_TRUE(home.answers.empty());
  advance(1ms);
  EXPECT_EQ(home.answers, std::vector<std::string>{"did not answer within bridge.handle_timeout (30000 ms)"});
  EXPECT_EQ(living(), names{});
  EXPECT_EQ(host.restarts(), 1U);
  EXPECT_EQ(notices.count("WARNING entity_died AAPL"), 1U) << notices.all();
}

TEST_F(EntityHost, OneThatDiesOverItsSliceCountsOnce) {
  auto& host = start();
  ask("AAPL", "crash");
  ASSERT_EQ(home.answers.size(), 1U);
  EXPECT_EQ(notices.count("WARNING entity_died AAPL"), 1U) << notices.all();
  EXPECT_EQ(host.restarts(), 1U);
  ask("AAPL", "x");
  EXPECT_EQ(living(), names{"AAPL"});
}

TEST_F(EntityHost, OneThatWorksAloneComesBackAfterPausesThatDoubleUntilItIsHopeless) {
  auto& host = start();
  host.load(0, {stored("alone", "1")});
  auto pause = config.entity_backoff;
  for (std::uint32_t deaths = 1; deaths <= config.entity_deaths; ++deaths, pause *= 2) {
    kill("alone");
    EXPECT_EQ(living(), names{});
    EXPECT_EQ(home.deaths.back().activate_after, pause);
    advance(pause - 1ms);
    EXPECT_EQ(living(), names{});
    advance(1ms);
    EXPECT_EQ(living(), names{"alone"});
  }
  kill("alone");
  EXPECT_TRUE(home.deaths.back().hopeless);
  EXPECT_FALSE(home.deaths.back().activate_after);
}

TEST_F(EntityHost, AStepBetweenTwoDeathsBeginsTheCountAgain) {
  auto& host = start();
  host.load(0, {stored("alone", "1")});
  for (std::uint32_t deaths = 0; deaths <= 2 * config.entity_deaths; ++deaths) {
    kill("alone");
    advance(config.entity_backoff);
    ASSERT_EQ(living(), names{"alone"});
    host.took_step("alone", {});
  }
}

TEST_F(EntityHost, OneThatIsAskedOnlyStaysDeadUntilThereIsSomethingForIt) {
  start();
  ask("AAPL", "x");
  kill("AAPL");
  ASSERT_EQ(home.deaths.size(), 1U);
  EXPECT_FALSE(home.deaths.back().activate_after || home.deaths.back().hopeless);
  advance(1h);
  EXPECT_EQ(living(), names{});
  ask("AAPL", "x");
  EXPECT_EQ(living(), names{"AAPL"});
}

TEST_F(EntityHost, UnfinishedOnesAreThoseThatLiveAndWaitForAnEffect) {
  auto& host = start();
  ask("AAPL", "x");
  step waits;
  waits.unfinished = true;
  host.took_step("AAPL", waits);
  EXPECT_TRUE(host.unfinished());
  host.stop("AAPL", "refused");
  EXPECT_FALSE(host.unfinished());
}

}  // namespace
}  // namespace hedgerow::bridges
