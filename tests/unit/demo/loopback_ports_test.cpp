// Ports for programs that are started to serve: none is given twice, and none can go to an outgoing connection.
#include "runtime/demo/loopback_ports.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "tests/support/loopback.hpp"

namespace hedgerow::demo {
namespace {

class listener {
 public:
  explicit listener(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
    const auto where = test::loopback(port);
    listens_ = ::bind(fd_, test::generic(where), sizeof where) == 0 && ::listen(fd_, 1) == 0;
  }
  ~listener() { ::close(fd_); }
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  [[nodiscard]] bool listens() const { return listens_; }

 private:
  int fd_;
  bool listens_ = false;
};

TEST(LoopbackPorts, AnyPortIsBelowThoseOfOutgoingConnectionsAndIsNotGivenAgain) {
  std::set<std::uint16_t> given;
  for (int i = 0; i < 1000; ++i) {
    const auto port = free_port(0);
    ASSERT_GE(port, 10'000);
    ASSERT_LT(port, 32'768);
    ASSERT_TRUE(given.insert(port).second) << port << " was given twice";
  }
}

TEST(LoopbackPorts, APortThatIsListenedOnIsNeitherFreeNorGiven) {
  const auto port = free_port(0);
  const listener busy{port};
  ASSERT_TRUE(busy.listens());
  EXPECT_EQ(free_port(port), 0);
  EXPECT_TRUE(port_answers(port));
}

TEST(LoopbackPorts, AWantedPortIsGivenAsLongAsNobodyListens) {
  const auto port = free_port(0);
  EXPECT_EQ(free_port(port), port);
  EXPECT_EQ(free_port(port), port);
  EXPECT_FALSE(port_answers(port));
}

}  // namespace
}  // namespace hedgerow::demo
