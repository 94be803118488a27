// `hedgerow chain verify` as its user runs it: beside a node, and after the chain has changed behind its back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/e2e/harness.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

using ::testing::HasSubstr;

TEST(ChainVerify, ComparesTheLogWithTheChain) {
  stage s{{"chain-verify"}};
  const auto verify = [&](const std::string& options) {
    return run_program(s.folder, "chain verify " + s.config_option() + options);
  };
  const auto none = verify(" --newest");
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, HasSubstr("there is no events.db in it"));

  s.start_node();
  ASSERT_TRUE(s.world().rpc()->request("anvil_mine", R"(["0x8"])"));
  s.trade("AAPL0x", true, "1.2");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  outcome beside;
  ASSERT_TRUE(eventually([&] {
    beside = verify(" --newest");
    return beside.out.find("1 Takes and Clears on the chain, 1 of them in the log") != std::string::npos;
  })) << beside.out
      << beside.err;
  EXPECT_EQ(beside.code, 0);
  EXPECT_THAT(beside.out, HasSubstr("the log and the chain agree"));
  const auto young = verify(" --from 999999");
  EXPECT_EQ(young.code, 1) << young.out;
  EXPECT_THAT(young.err, HasSubstr("to compare them as they are now, give --newest"));

  EXPECT_EQ(s.stop_node(), 0) << s.node_output();
  ASSERT_TRUE(s.world().reorg(4));
  const auto changed = verify(" --newest");
  EXPECT_EQ(changed.code, 1);
  EXPECT_THAT(changed.out, HasSubstr("gone: event 1 is of block 0x"));
  EXPECT_THAT(changed.out, HasSubstr("1 differences"));
  EXPECT_THAT(changed.out, HasSubstr("may have changed meanwhile: compare them again"));

  s.start_node();
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  const auto healed = verify(" --newest");
  EXPECT_EQ(healed.code, 0) << healed.out << healed.err;
}

}  // namespace
}  // namespace hedgerow::test
