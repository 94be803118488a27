// What services are told where a key leaves the value to something else.
#include "runtime/world/node_settings.hpp"

#include <gtest/gtest.h>

#include "config/config.hpp"

namespace hedgerow::test {
namespace {

std::size_t batch_max_with(const std::string& more) {
  const auto loaded = config::load_text("[node]\nactors = [\"accumulator\"]\n" + more, "test.toml", {});
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
  EXPECT_NE(config::describe_markdown().find("0: 4000 on Kafka, 1000 on other logs."), std::string::npos);
}

TEST(NodeSettings, ADeskWaitsForLessThanItsBridgeWaitsForIt) {
  const auto loaded = config::load_text("[node]\nactors = [\"accumulator\"]\n[bridge]\nhandle_timeout = \"9s\"\n",
                                        "test.toml", {});
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  EXPECT_EQ(world::to_node_settings(loaded->values).execution.session_wait, std::chrono::seconds{3});
}

/// The poller asks for lists of orders by the broker's clock, as the desk does.
TEST(NodeSettings, OneClockSkewHoldsForTheDeskAndForThePoller) {
  const auto loaded = config::load_text("[node]\nactors = [\"accumulator\"]\n[execution]\nclock_skew = \"7s\"\n",
                                        "test.toml", {});
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  const auto settings = world::to_node_settings(loaded->values);
  EXPECT_EQ(settings.execution.rules.clock_skew, std::chrono::seconds{7});
  EXPECT_EQ(settings.poller.clock_skew, std::chrono::seconds{7});
}

}  // namespace
}  // namespace hedgerow::test
