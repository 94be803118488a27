// What follows from the row that the exercise adds to the registry: this program is linked with the changed copy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/config.hpp"
#include "runtime/adapters/http/http_client.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/http_call.hpp"
#include "runtime/cli/ready.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "runtime/transfer/groups.hpp"
#include "runtime/world/catalogue.hpp"
#include "runtime/world/node_settings.hpp"
#include "runtime/world/world.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::test {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

std::string output_of(const std::vector<std::string>& words) {
  CLI::App app{"hedgerow"};
  cli::chosen run;
  cli::add_node_command(app, run);
  cli::add_completion_command(app, run);
  auto reversed = words;
  std::reverse(reversed.begin(), reversed.end());
  ::testing::internal::CaptureStdout();
  try {
    app.parse(reversed);
    run();
  } catch (const CLI::ParseError& e) {
    app.exit(e);
  }
  return ::testing::internal::GetCapturedStdout();
}

TEST(AddedService, IsOnTheCommandLineAndInCompletion) {
  EXPECT_THAT(output_of({"node", "--help"}), ContainsRegex("--actors(.|\n)*tally"));
  EXPECT_THAT(output_of({"completion", "bash"}), ContainsRegex("--actors\\).* tally "));
}

TEST(AddedService, IsInTheConfigurationAndItsPage) {
  const auto with = [](const std::string& name) {
    return config::load_text("[node]\nactors = [\"" + name + "\"]\n", "test.toml", world::catalogue());
  };
  EXPECT_TRUE(with("tally")) << "it needs nothing, so nothing is asked for";
  const auto wrong = with("taly");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(config::to_string(wrong.error()), HasSubstr("did you mean tally?"));
  const auto row = "| `tally` | counts the trades of each symbol |";
  EXPECT_THAT(config::describe_markdown(world::catalogue()), HasSubstr(row));
}

TEST(AddedService, IsAConsumerGroupOfTheHistory) {
  const auto groups = transfer::consumer_groups();
  const auto it = std::find_if(groups.begin(), groups.end(), [](const auto& g) { return g.name == "tally"; });
  ASSERT_NE(it, groups.end());
  EXPECT_EQ(it->inputs, std::vector{topic::onchain_trades});
}

TEST(AddedService, RunsOnANodeWithItsLagAndItsMetrics) {
  auto loaded = config::load_text("[node]\nactors = [\"tally\", \"api\"]\n[log]\nkind = \"memory\"\n", "test.toml",
                                  world::catalogue());
  ASSERT_TRUE(loaded) << config::to_string(loaded.error());
  auto& values = loaded->values;
  values.api.port = demo::free_port(0);
  values.admin.port = demo::free_port(0);
  world::machine machine;
  auto ports = world::make_ports(values, machine);
  ASSERT_TRUE(ports) << ports.error();
  const auto log = ports->log;
  const auto running = node::start_node(world::to_node_settings(values), std::move(*ports), [] {});
  ASSERT_EQ(cli::wait_until_ready(*running), "");

  auto writer = log->join({"test-writer", "w", {}});
  ASSERT_TRUE(writer);
  (*writer)->commit({{{{topic::onchain_trades, 0}, "AAPL:1", "a trade"}}, {}}, [](auto) {});
  EXPECT_TRUE(eventually([&] {
    const auto tree = running->status();
    if (!tree) return false;
    return std::any_of(tree->children.begin(), tree->children.end(),
                       [](const auto& child) { return child.name == "tally" && !child.children.empty(); });
  }));

  http::client_options options;
  options.origin = "http://127.0.0.1:" + std::to_string(values.api.port);
  const auto client = http::make_client(options, machine.clock);
  ASSERT_TRUE(client) << client.error();
  std::string page;
  EXPECT_TRUE(eventually([&] {
    const auto answer = cli::call(**client, {"GET", "/metrics", {}, ""});
    page = answer ? answer->body : "";
    return page.find("hedgerow_consumer_lag_records{service=\"tally\"") != std::string::npos;
  })) << page;
  EXPECT_THAT(page, HasSubstr("hedgerow_service_up{service=\"tally\"} 1"));
  running->stop();
}

}  // namespace
}  // namespace hedgerow::test
