#include "runtime/supervision/supervisor.hpp"

#include <gtest/gtest.h>

#include "messages/protocol/final_error.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/heard_notices.hpp"

namespace hedgerow::supervision {
namespace {

using namespace protocol;

class SupervisorTest : public test::actor_fixture {
 public:
  /// A child that says what it is and can be killed from outside; `started` counts its incarnations.
  child_spec child(const std::string& name, std::vector<std::string> needs = {}) {
    return {name,
            [this, name](caf::actor_system& sys, const running& others) {
              ++started[name];
              got[name] = others;
              // Only one at a time may hold what such a child needs, such as a port.
              auto held = std::make_shared<holding>(&alive[name]);
              most_alive[name] = std::max(most_alive[name], alive[name]);
              auto handle = sys.spawn([name, held](caf::event_based_actor* me) -> caf::behavior {
                me->attach_functor([held]() mutable { held->drop(); });
                return {[name](status_atom) { return make_status(name, "child"); },
                        [](drain_atom) { return ok_atom::value; }};
              });
              handles[name] = handle.address();
              return handle;
            },
            std::move(needs), true};
  }

  /// Something that one incarnation of a child holds until it has ended.
  struct holding {
    explicit holding(int* count) : holders{count} { ++*holders; }
    void drop() { --*holders; }
    int* holders;
  };

  actor_status status_of(const std::string& name) {
    const auto tree = ask<actor_status>(boss, status_atom::value);
    for (const auto& child : tree.children)
      if (child.name == name) return child;
    return {};
  }

  void supervise(std::vector<child_spec> children) {
    boss = own(spawn_class<supervisor>(system, "root", std::move(children), rules, &clock,
                                       [this](std::string why) { death = std::move(why); }));
    run();
  }

  restart_result restart(const std::string& name, const std::string& because = "a person asked for it") {
    return ask<restart_result>(boss, restart_atom::value, name, because);
  }

  void crash(const std::string& name) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(handles[name]), caf::exit_reason::kill);
    run();
  }

  test::fake_clock clock;
  policy rules;
  supervisor_actor boss;
  test::heard_notices notices;
  std::map<std::string, int> started;
  std::map<std::string, int> alive;
  std::map<std::string, int> most_alive;
  std::map<std::string, caf::actor_addr> handles;
  std::map<std::string, running> got;
  std::string death;
};

TEST_F(SupervisorTest, AChildThatDiesIsStartedAgainAfterTheBackoff) {
  supervise({child("a"), child("b")});
  crash("a");
  EXPECT_EQ(started["a"], 1);
  advance(rules.backoff_min - std::chrono::milliseconds{1});
  EXPECT_EQ(started["a"], 1);
  advance(std::chrono::milliseconds{1});
  EXPECT_EQ(started["a"], 2);
  EXPECT_EQ(started["b"], 1);
  const auto tree = ask<actor_status>(boss, status_atom::value);
  ASSERT_EQ(tree.children.size(), 2U);
  EXPECT_EQ(tree.children[0].restarts, 1U);
  EXPECT_FALSE(tree.children[0].last_error.empty());
}

TEST_F(SupervisorTest, TheBackoffDoublesAndForgetsAfterTheWindow) {
  supervise({child("a")});
  crash("a");
  advance(rules.backoff_min);
  crash("a");
  advance(rules.backoff_min);
  EXPECT_EQ(started["a"], 2) << "the second wait is longer";
  advance(rules.backoff_min);
  EXPECT_EQ(started["a"], 3);
  clock.advance(rules.budget_window + std::chrono::milliseconds{1});
  crash("a");
  advance(rules.backoff_min);
  EXPECT_EQ(started["a"], 4);
}

TEST_F(SupervisorTest, WhoHoldsAHandleOfTheDeadIsRestartedWithTheNewOne) {
  supervise({child("gateway"), child("user", {"gateway"}), child("bystander")});
  const auto old = got["user"].at("gateway").address();
  crash("gateway");
  advance(rules.backoff_min);
  EXPECT_EQ(started["user"], 2);
  EXPECT_EQ(started["bystander"], 1);
  EXPECT_NE(got["user"].at("gateway").address(), old);
  EXPECT_EQ(got["user"].at("gateway").address(), handles["gateway"]);
}

TEST_F(SupervisorTest, ExceedingTheBudgetEndsTheSupervisorWithTheReason) {
  rules.budget = 3;
  supervise({child("a")});
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(death.empty());
    crash("a");
    advance(rules.backoff_max);
  }
  EXPECT_NE(death.find("a failed 4 times"), std::string::npos) << death;
}

TEST_F(SupervisorTest, AChildThatMustNotStartAgainEndsTheSupervisorAtOnce) {
  supervise({child("a"), child("b")});
  self->send_exit(caf::actor_cast<caf::actor>(handles["a"]), protocol::final_error("there is another one"));
  run();
  EXPECT_EQ(death, "there is another one");
  EXPECT_EQ(started["a"], 1);
  EXPECT_EQ(caf::actor_cast<caf::actor>(handles["b"]), nullptr);
}

TEST_F(SupervisorTest, ASuccessorIsStartedOnlyWhenItsPredecessorIsDown) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    order.seed(seed);
    started.clear();
    most_alive.clear();
    supervise({child("model"), child("server", {"model"}), child("page", {"server"})});
    crash("model");
    advance(rules.backoff_min);
    EXPECT_EQ(restart("server"), restart_result::restarting);
    for (const auto* name : {"model", "server", "page"}) EXPECT_EQ(most_alive[name], 1) << name << ", seed " << seed;
    EXPECT_EQ(started["page"], 3) << seed;
    EXPECT_EQ(got["page"].at("server").address(), handles["server"]);
    EXPECT_EQ(status_of("page").state, run_state::running);
    caf::anon_send_exit(caf::actor_cast<caf::actor>(boss), caf::exit_reason::kill);
    for (auto& [name, address] : handles)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(address), caf::exit_reason::kill);
    run();
  }
}

TEST_F(SupervisorTest, AChildThatOnlyShowsIsParkedBeyondItsBudgetAndTradingGoesOn) {
  rules.budget = 3;
  rules.parked_retry = std::chrono::minutes{5};
  rules.notices = &notices;
  auto view = child("view");
  view.tier = tier::shows;
  supervise({child("trader"), view});
  for (int i = 0; i < 4; ++i) {
    crash("view");
    advance(rules.backoff_max);
  }
  EXPECT_EQ(death, "");
  EXPECT_EQ(started["view"], 4);
  EXPECT_EQ(status_of("view").state, run_state::parked);
  EXPECT_EQ(status_of("trader").state, run_state::running);
  EXPECT_EQ(notices.count("ALARM service_parked view view failed 4 times"), 1U) << notices.all();

  // It is tried again, slowly, and a failure of that try is no second alarm.
  for (int i = 0; i < 3; ++i) {
    clock.advance(rules.parked_retry);
    advance(rules.parked_retry);
    EXPECT_EQ(started["view"], 5 + i);
    EXPECT_EQ(status_of("view").state, run_state::running);
    crash("view");
    advance(rules.backoff_max);
    EXPECT_EQ(status_of("view").state, run_state::parked);
  }
  EXPECT_EQ(notices.count("ALARM service_parked"), 1U);

  // One that stays up for a whole window has its budget back.
  clock.advance(rules.parked_retry);
  advance(rules.parked_retry);
  clock.advance(rules.budget_window + std::chrono::milliseconds{1});
  crash("view");
  advance(rules.backoff_min);
  EXPECT_EQ(status_of("view").state, run_state::running);
  EXPECT_EQ(death, "");
}

TEST_F(SupervisorTest, APersonBringsBackWhatIsParked) {
  rules.budget = 0;
  rules.notices = &notices;
  auto view = child("view");
  view.tier = tier::shows;
  supervise({view});
  crash("view");
  EXPECT_EQ(status_of("view").state, run_state::parked);
  EXPECT_EQ(restart("view", "ana asked for it: the port is free"), restart_result::restarting);
  EXPECT_EQ(status_of("view").state, run_state::running);
  EXPECT_TRUE(notices.has("INFO actor_restarted view restarted because ana asked for it: the port is free"))
      << notices.all();
}

TEST_F(SupervisorTest, TheNoticeOfARestartSaysWhoAskedAndWhy) {
  rules.notices = &notices;
  supervise({child("a")});
  EXPECT_EQ(restart("a", "ana asked for it: memory grows"), restart_result::restarting);
  EXPECT_EQ(notices.count("INFO actor_restarted a restarted because ana asked for it: memory grows"), 1U)
      << notices.all();
  EXPECT_EQ(restart("a", "bob asked for it"), restart_result::restarting);
  EXPECT_EQ(notices.count("because bob asked for it"), 1U) << notices.all();
}

TEST_F(SupervisorTest, ARestartSaysWhatWasDone) {
  supervise({child("a")});
  EXPECT_EQ(restart("nobody"), restart_result::unknown);
  EXPECT_EQ(restart("a"), restart_result::restarting);
  EXPECT_EQ(started["a"], 2) << "at once, without back-off";
  crash("a");
  EXPECT_EQ(restart("a"), restart_result::waiting);
  EXPECT_EQ(started["a"], 2) << "the back-off holds";
  advance(rules.backoff_min);
  EXPECT_EQ(started["a"], 3);
}

TEST_F(SupervisorTest, ARestartThatAPersonAsksForIsInfoAndNotCharged) {
  rules.budget = 1;
  rules.notices = &notices;
  supervise({child("a"), child("b", {"a"})});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(restart("a"), restart_result::restarting);
  EXPECT_EQ(started["a"], 21);
  EXPECT_EQ(started["b"], 21);
  EXPECT_EQ(death, "");
  EXPECT_EQ(status_of("a").restarts, 20U);
  EXPECT_EQ(notices.count("INFO actor_restarted a"), 20U) << notices.all();
  EXPECT_FALSE(notices.has("WARNING")) << notices.all();
  crash("a");
  advance(rules.backoff_min);
  EXPECT_EQ(death, "") << "the budget for failures is whole";
}

TEST_F(SupervisorTest, DrainAsksEachChildInOrderAndNamesWhoDidNotAnswer) {
  auto deaf = child("deaf");
  deaf.start = [](caf::actor_system& sys, const running&) {
    return sys.spawn([](caf::event_based_actor* me) -> caf::behavior {
      me->set_default_handler(caf::drop);
      auto never = std::make_shared<std::vector<caf::response_promise>>();
      return {[=](drain_atom) {
        never->push_back(me->make_response_promise());
        return never->back();
      }};
    });
  };
  supervise({child("a"), deaf, child("b")});
  auto pending = self->request(boss, std::chrono::minutes{5}, drain_atom::value);
  run();
  advance(rules.grace);
  std::vector<std::string> left;
  pending.receive([&](std::vector<std::string>& names) { left = std::move(names); },
                  [&](caf::error& why) { ADD_FAILURE() << system.render(why); });
  EXPECT_EQ(left, std::vector<std::string>{"deaf"});
}

}  // namespace
}  // namespace hedgerow::supervision
