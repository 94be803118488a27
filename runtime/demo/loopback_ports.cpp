#include "runtime/demo/loopback_ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "runtime/adapters/system/system_ports.hpp"

namespace hedgerow::demo {

namespace {

// Linux gives 32768 and more to outgoing connections.
constexpr std::uint32_t first_port = 10'000;
constexpr std::uint32_t port_count = 22'000;

class loopback_socket {
 public:
  explicit loopback_socket(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    where_.sin_family = AF_INET;
    where_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where_.sin_port = htons(port);
  }
  loopback_socket(const loopback_socket&) = delete;
  loopback_socket& operator=(const loopback_socket&) = delete;
  ~loopback_socket() { ::close(fd_); }

  [[nodiscard]] bool connects() { return ::connect(fd_, name(), sizeof where_) == 0; }
  [[nodiscard]] bool binds() {
    const int on = 1;  // a port in TIME_WAIT is free, as the children see it
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(fd_, name(), sizeof where_) == 0;
  }

 private:
  sockaddr* name() { return reinterpret_cast<sockaddr*>(&where_); }
  int fd_;
  sockaddr_in where_{};
};

std::uint16_t next_port() {
  // Processes that look at the same time begin at places of their own.
  static std::atomic<std::uint32_t> turn{static_cast<std::uint32_t>(adapters::splitmix_random{}.next() % port_count)};
  return static_cast<std::uint16_t>(first_port + turn++ % port_count);
}

}  // namespace

std::uint16_t free_port(std::uint16_t wanted) {
  if (wanted != 0) return loopback_socket{wanted}.binds() ? wanted : 0;
  for (std::uint32_t tried = 0; tried < port_count; ++tried)
    if (const auto port = next_port(); loopback_socket{port}.binds()) return port;
  return 0;
}

bool port_answers(std::uint16_t port) { return loopback_socket{port}.connects(); }

}  // namespace hedgerow::demo
