// anvil as a process: the error when it does not start, and that it ends with its parent and keeps its state.
#include "runtime/demo/anvil_process.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

#include "runtime/demo/demo_world.hpp"
#include "tests/support/folders.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/wait.hpp"

namespace hedgerow::demo {
namespace {

namespace fs = std::filesystem;
using test::eventually;

class AnvilChildTest : public ::testing::Test {
 protected:
  [[nodiscard]] anvil_options options() const {
    anvil_options out;
    out.program = default_anvil_path(test::source_folder());
    out.data_dir = folder_.file("chain");
    return out;
  }
  [[nodiscard]] fs::path state() const { return folder_.file("chain/anvil-state.json"); }

  const test::temporary_directory folder_;
};

TEST_F(AnvilChildTest, FaultsAreNamed) {
  auto with = options();
  with.program = folder_.file("no-such-anvil");
  EXPECT_NE(anvil_process::start(with).error().find("make setup"), std::string::npos);
  with = options();
  auto first = anvil_process::start(with);
  ASSERT_TRUE(first.has_value()) << first.error();
  with.port = (*first)->port();
  EXPECT_NE(anvil_process::start(with).error().find("in use"), std::string::npos);
  (*first)->kill();
  EXPECT_FALSE((*first)->running());
  // A dump that a crash cut off does not keep the next start from working.
  std::ofstream{state()} << R"({"block":{"numb)";
  auto second = anvil_process::start(with);
  ASSERT_TRUE(second.has_value()) << second.error();
  (*second)->stop();
  EXPECT_FALSE((*second)->running());
}

/// Whether something accepts connections on a port of this machine.
bool answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  where.sin_port = htons(port);
  const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  ::close(fd);
  return connected;
}

/// Whether a child of the process has a handler for the signal, by the kernel's word (proc_pid_status(5)).
bool a_child_handles(pid_t parent, int signal) {
  for (const auto& process : fs::directory_iterator{"/proc"}) {
    std::ifstream status{process.path() / "status"};
    bool is_child = false;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("PPid:")) is_child = line == "PPid:\t" + std::to_string(parent);
      if (is_child && line.starts_with("SigCgt:"))
        return (std::stoull(line.substr(8), nullptr, 16) >> (signal - 1)) & 1U;
    }
  }
  return false;
}

TEST_F(AnvilChildTest, IsNotLeftBehindWhenItsParentIsKilled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    auto started = anvil_process::start(options());
    const std::uint16_t port = started ? (*started)->port() : 0;
    (void)!::write(ends[1], &port, sizeof port);
    for (;;) ::pause();
  }
  std::uint16_t port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  // It answers before it is ready to be told to end.
  const bool ready = port != 0 && eventually([&] { return a_child_handles(parent, SIGINT); });
  ::kill(parent, SIGKILL);
  ASSERT_TRUE(ready);
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  EXPECT_TRUE(eventually([&] { return !answers(port); }));
  EXPECT_TRUE(eventually([&] { return fs::exists(state()); })) << "its state is kept";
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace hedgerow::demo
