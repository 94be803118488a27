// A node with several nodes of the chain, of which one follows a chain of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/adapters/system/system_ports.hpp"
#include "runtime/demo/anvil_process.hpp"
#include "runtime/demo/anvil_rpc.hpp"
#include "runtime/demo/demo_world.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

using ::testing::HasSubstr;

/// A node of the same chain id that has never seen the contracts.
std::unique_ptr<demo::anvil_process> stranger(const temporary_directory& folder) {
  demo::anvil_options options;
  options.program = demo::default_anvil_path(source_folder());
  options.data_dir = folder.file("chain");
  options.block_time = std::chrono::milliseconds{100};
  auto started = demo::anvil_process::start(options);
  EXPECT_TRUE(started) << (started ? "" : started.error());
  return started ? std::move(*started) : nullptr;
}

TEST(Endpoints, OneThatFollowsAnotherChainIsOutvotedAndItsEndInterruptsNothing) {
  temporary_directory folder;
  auto other = stranger(folder);
  ASSERT_NE(other, nullptr);
  // Ahead of the others, so that it is asked first.
  adapters::system_clock clock;
  adapters::splitmix_random random{1};
  const auto rpc = demo::anvil_rpc::connect(other->url(), clock, random);
  ASSERT_TRUE(rpc) << rpc.error();
  ASSERT_TRUE((*rpc)->request("anvil_mine", R"(["0x7d0"])"));
  stage s{{.name = "endpoints",
           .chain = "quorum = 2\nchain_id = 31337\n",
           .endpoints = {{"stranger", other->url()}, {"one", "?one"}, {"two", "?two"}}}};
  s.start_node();
  s.trade("AAPL0x", true, "2.5");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  s.trade("AAPL0x", false, "1.25");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();

  // The rescans contradict it again and again.
  std::string tree;
  EXPECT_TRUE(eventually([&] {
    const auto got = s.answer_of(0, "/actors", true);
    tree = got ? got->body : "";
    return tree.find("set aside for ") != std::string::npos;
  })) << tree;
  EXPECT_THAT(tree, HasSubstr("chain-gateway"));
  for (const char* name : {"\"stranger\"", "\"one\"", "\"two\""}) EXPECT_THAT(tree, HasSubstr(name));
  EXPECT_THAT(s.output_of(0), HasSubstr("WARNING chain endpoint_set_aside stranger"));

  other->kill();
  s.trade("AAPL0x", true, "3");
  ASSERT_TRUE(eventually([&] { return s.disagreement().empty(); })) << s.disagreement();
  const auto verified = run_program(s.folder, "chain verify " + s.config_option() + " --endpoint two --newest");
  EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
  const auto unknown = run_program(s.folder, "chain verify " + s.config_option() + " --endpoint three --newest");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("there are stranger, one, two"));
  EXPECT_EQ(s.stop_node(), 0) << s.node_output();
}

}  // namespace
}  // namespace hedgerow::test
