// The messages for a person who starts a node or logs it in with `hedgerow auth`.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "runtime/demo/child_process.hpp"
#include "runtime/demo/loopback_ports.hpp"
#include "tests/e2e/harness.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"

namespace hedgerow::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// One node with an embedded log.
class Auth : public ::testing::Test {
 protected:
  process start(const std::string& actors) {
    const auto paper = std::to_string(demo::free_port(0));
    std::ofstream{folder_.file("node.toml")}
        << "[node]\nname = \"charlie\"\nactors = [" << actors << "]\ndata_dir = \"" << folder_.file("data")
        << "\"\n[api]\nport = " << api_port_ << "\n[admin]\nport = " << admin_port_ << "\n[paper]\nport = " << paper
        << "\n[broker]\nbase_url = \"http://127.0.0.1:" << paper << "\"\napp_key = \"key\"\napp_secret = \"secret\"\n"
        << "[oauth]\nencryption_key = \"" << std::string(64, 'a') << "\"\n";
    return {{test::build_folder() + "/hedgerow", "node", "--config", folder_.file("node.toml")}, folder_.file("log")};
  }
  /// Exit code and output of `hedgerow auth`, when this address is pasted.
  std::pair<int, std::string> log_in(const std::string& address) {
    const std::string line = "echo '" + address + "' | '" + test::build_folder() + "/hedgerow' auth --config '" +
                             folder_.file("node.toml") + "' >'" + folder_.file("said") + "' 2>&1";
    const int status = std::system(line.c_str());
    return {WEXITSTATUS(status), demo::text_of(folder_.file("said"))};
  }

  temporary_directory folder_;
  std::uint16_t api_port_ = demo::free_port(0);
  std::uint16_t admin_port_ = demo::free_port(0);
};

TEST_F(Auth, ANodeWithoutAnApiAnnouncesNoneAndALoginThereNamesTheReason) {
  auto node = start("\"accumulator\"");
  ASSERT_TRUE(node.printed("charlie ready: ")) << node.output();
  EXPECT_THAT(node.output(),
              AllOf(HasSubstr("admin http://127.0.0.1:" + std::to_string(admin_port_)), Not(HasSubstr("API"))));
  const auto [code, said] = log_in("");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(said, AllOf(HasSubstr("no API"), HasSubstr("node.actors"), Not(HasSubstr("start one"))));
}

TEST_F(Auth, AWrongAddressIsToldInWordsWithWhatToDo) {
  auto node = start(R"("tokens", "api", "paper")");
  ASSERT_TRUE(node.printed(" ready: API")) << node.output();
  const auto [code, said] = log_in("https://127.0.0.1/?code=wrong&state=wrong");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(said, AllOf(HasSubstr("the login failed: this login was not begun here"),
                          HasSubstr("run `hedgerow auth` again"), Not(HasSubstr("{")), Not(HasSubstr("/auth/login"))));
}

}  // namespace
}  // namespace hedgerow::test
