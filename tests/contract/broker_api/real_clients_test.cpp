// Other people's clients of the broker find in the paper broker what they find in the real one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "runtime/adapters/paper/paper_broker.hpp"
#include "runtime/adapters/system/system_ports.hpp"
#include "tests/support/folders.hpp"

namespace hedgerow {
namespace {

class RealClientsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(RealClientsTest, WorkUnmodifiedBehindTls) {
  const std::string source = test::source_folder();
  const auto python = source + "/build/broker-clients/bin/python3";
  ASSERT_TRUE(std::filesystem::exists(python)) << "run setup/install.sh: it installs the clients";
  adapters::system_clock clock;
  paper::paper_options options;
  options.app_key = "paper-app-key-01";
  options.app_secret = "paper-secret-001";
  options.redirect_uri = "https://127.0.0.1/callback";
  options.public_url = "https://api.schwabapi.com";
  auto broker = paper::start_paper_broker(options, clock);
  ASSERT_TRUE(broker) << broker.error();
  const auto command = python + " " + source + "/tests/contract/broker_api/real_clients.py " + GetParam() + " " +
                       std::to_string((*broker)->port()) + " " + options.app_key + " " + options.app_secret + " " +
                       options.redirect_uri;
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

INSTANTIATE_TEST_SUITE_P(public_ones, RealClientsTest, ::testing::Values("schwabdev", "schwab-py"),
                         [](const auto& about) {
                           return std::string{about.param} == "schwabdev" ? "schwabdev" : "schwab_py";
                         });

}  // namespace
}  // namespace hedgerow
