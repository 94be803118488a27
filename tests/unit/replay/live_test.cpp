// The aggregator that has followed a log from its beginning, with partitions in any order, shows what a rebuild shows.
#include <gtest/gtest.h>

#include "actors/aggregator/aggregator_actor.hpp"
#include "runtime/adapters/memory_log/memory_log.hpp"
#include "runtime/adapters/memory_store/memory_store.hpp"
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
    auto actor = own(protocol::spawn_class<aggregator::aggregator>(system, log, adapters::make_memory_store(),
                                                                   aggregator::aggregator_config{7}));
    const timestamp now = clock_.now();
    for (int round = 0; round < 40; ++round) {
      history.steps(30);
      run();
    }
    const auto live = [&](const std::string& name) -> std::string {
      using namespace protocol;
      const api::page page{{}, {}, 1000};
      if (name == "trades") return api::trades_view(ask<trade_page>(actor, trades_atom::value, api::trades_of(page)));
      if (name == "executions")
        return api::executions_view(ask<execution_page>(actor, executions_atom::value, api::executions_of(page)));
      if (name == "dead-letters")
        return api::dead_letters_view(
            ask<dead_letter_page>(actor, letters_atom::value, dead_letters_query{.limit = page.limit}));
      return api::positions_view(ask<position_list>(actor, positions_atom::value), now);
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
