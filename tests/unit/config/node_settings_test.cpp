// The settings of services where a key leaves the value to another key.
#include "runtime/world/node_settings.hpp"

#include <gtest/gtest.h>

#include "actors/execution/execution_actor.hpp"
#include "actors/poller/poller_actor.hpp"
#include "config/config.hpp"
#include "runtime/world/catalogue.hpp"

namespace hedgerow::test {
namespace {

std::size_t batch_max_with(const std::string& more) {
  const std::string text = "[node]\nactors = [\"accumulator\"]\n" + more;
  const auto loaded = config::load_text(text, "test.toml", world::catalogue(), {});
  EXPECT_TRUE(loaded) << config::to_string(loaded.error());
  return loaded ? world::to_node_settings(loaded->values).bridge.batch_max : 0;
}

TEST(NodeSettings, BatchesAreLargerOnKafkaUnlessAKeySaysHowLarge) {
  EXPECT_EQ(batch_max_with(""), 1000U);
  EXPECT_EQ(batch_max_with("[log]\nkind = \"memory\"\n"), 1000U);
  EXPECT_EQ(batch_max_with("[log]\nkind = \"kafka\"\n"), 4000U);
  EXPECT_EQ(batch_max_with("[log]\nkind = \"kafka\"\n[bridge]\nbatch_max = 0\n"), 4000U);
  EXPECT_EQ(batch_max_with("[log]\nkind = \"kafka\"\n[bridge]\nbatch_max = 70\n"), 70U);
  EXPECT_EQ(batch_max_with("[bridge]\nbatch_max = 70\n"), 70U);
  const std::string page = config::describe_markdown(world::catalogue());
  EXPECT_NE(page.find("0: 4000 on Kafka, 1000 on other logs."), std::string::npos);
}

TEST(NodeSettings, ADeskWaitsForLessThanItsBridgeWaitsForIt) {
  const auto loaded = config::load_text("[node]\nactors = [\"accumulator\"]\n[bridge]\nhandle_timeout = \"9s\"\n",
                                        "test.toml", world::catalogue(), {});
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  const auto services = world::to_node_settings(loaded->values).services;
  EXPECT_EQ(services.get<execution::execution_config>().session_wait, std::chrono::seconds{3});
}

/// The poller asks for lists of orders by the broker's clock, as the desk does.
TEST(NodeSettings, OneClockSkewHoldsForTheDeskAndForThePoller) {
  const auto loaded = config::load_text("[node]\nactors = [\"accumulator\"]\n[execution]\nclock_skew = \"7s\"\n",
                                        "test.toml", world::catalogue(), {});
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  const auto settings = world::to_node_settings(loaded->values);
  EXPECT_EQ(settings.services.get<execution::execution_config>().rules.clock_skew, std::chrono::seconds{7});
  EXPECT_EQ(settings.services.get<poller::poller_config>().clock_skew, std::chrono::seconds{7});
}

}  // namespace
}  // namespace hedgerow::test
