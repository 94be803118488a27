// Actors under CAF's deterministic scheduler: one thread, virtual time, any interleaving from a seed.
#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <random>

namespace hedgerow::test {

class actor_fixture : public ::testing::Test {
 public:
  actor_fixture()
      : system{prepare(config_)},
        scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())},
        self{system, true} {
    // The test clock treats time zero specially.
    scheduler.clock().current_time += std::chrono::hours{1};
  }

  ~actor_fixture() override {
    for (auto& actor : owned_) caf::anon_send_exit(actor, caf::exit_reason::kill);
    owned_.clear();
    run();
  }

  /// Ends the actor with the test: the actor system waits for all actors.
  template <class Handle>
  Handle own(Handle handle) {
    owned_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Delivers messages until all mailboxes are empty, always choosing among the runnable actors at random.
  void run() {
    while (!scheduler.jobs.empty()) {
      const auto pick = std::uniform_int_distribution<std::size_t>{0, scheduler.jobs.size() - 1}(order);
      std::swap(scheduler.jobs.front(), scheduler.jobs[pick]);
      scheduler.try_run_once();
    }
  }

  /// Moves virtual time and runs all that becomes due.
  void advance(std::chrono::milliseconds by) {
    scheduler.clock().advance_time(by);
    run();
  }

  /// Sends a request, runs everything and gives the answer; fails the test when there is none.
  template <class Answer, class Handle, class... Args>
  Answer ask(const Handle& whom, Args&&... args) {
    auto pending = self->request(whom, std::chrono::seconds{10}, std::forward<Args>(args)...);
    run();
    Answer result{};
    pending.receive([&](Answer& answer) { result = std::move(answer); },
                    [&](caf::error& why) { ADD_FAILURE() << system.render(why); });
    return result;
  }

  /// Chooses interleavings; tests that explore them set the seed.
  std::mt19937_64 order{42};

 private:
  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    config.set("logger.file-verbosity", caf::atom("quiet"));
    return config;
  }

  caf::actor_system_config config_;
  std::vector<caf::actor> owned_;

 public:
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  caf::scoped_actor self;
};

}  // namespace hedgerow::test
