// The aggregator that has followed a log from its beginning, with partitions in any order, shows what a rebuild shows.
#include <gtest/gtest.h>

#include "actors/aggregator/aggregator_actor.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/api/views.hpp"
#include "runtime/replay/projection.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/replay/simulated_history.hpp"

namespace hedgerow::replay {
namespace {

class Live : public test::actor_fixture {
 protected:
  test::fake_clock clock_;

};

TEST_F(Live, AndRebuiltAreTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto log = adapters::make_memory_log(clock_, 4);
    test::simulated_history history{*log, seed};
    auto actor = own(system.spawn(aggregator::aggregator, log, aggregator::aggregator_config{7}, &clock_));
    const timestamp now = clock_.now();
    for (int round = 0; round < 40; ++round) {
      history.steps(30);
      run();
    }
    const auto live = [&](const std::string& name) {
      const api::page page{{}, {}, 1000};
      const aggregator::view render = [&](const domain::read_model& model, timestamp) {
        if (name == "trades") return api::trades_view(model, page);
        if (name == "executions") return api::executions_view(model, page);
        if (name == "dead-letters") return api::dead_letters_view(model, page);
        return api::positions_view(model, now);
      };
      return ask<std::string>(actor, protocol::ask_atom::value, render);
    };
    for (const char* name : projection_names) {
      const auto rebuilt = rebuild(*log, {name, {}, {}, 1000, now}, {}, {});
      ASSERT_TRUE(rebuilt) << rebuilt.error();
      EXPECT_EQ(rebuilt->json, live(name)) << name << ", seed " << seed;
    }
  }
}

}  // namespace
}  // namespace hedgerow::replay
