#include "runtime/supervision/supervisor.hpp"

#include <gtest/gtest.h>

#include "messages/protocol/final_error.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"

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
              auto handle = sys.spawn([name](caf::event_based_actor*) -> caf::behavior {
                return {[name](status_atom) { return actor_status{name, "child", "running", 0, 0, {}, {}, {}}; },
                        [](drain_atom) { return ok_atom::value; }};
              });
              handles[name] = handle.address();
              return handle;
            },
            std::move(needs), true};
  }

  void supervise(std::vector<child_spec> children) {
    boss = own(system.spawn(supervisor, std::string{"root"}, std::move(children), rules, &clock,
                            [this](std::string why) { death = std::move(why); }));
    run();
  }

  void crash(const std::string& name) {
    caf::anon_send_exit(caf::actor_cast<caf::actor>(handles[name]), caf::exit_reason::kill);
    run();
  }

  test::fake_clock clock;
  policy rules;
  supervisor_actor boss;
  std::map<std::string, int> started;
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
