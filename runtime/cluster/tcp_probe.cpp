#include "runtime/cluster/tcp_probe.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

namespace hedgerow::cluster {
namespace {

std::string text_of(int error) { return std::generic_category().message(error); }

class socket_handle {
 public:
  explicit socket_handle(const addrinfo& where)
      : fd_{socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {}
  ~socket_handle() {
    if (fd_ >= 0) close(fd_);
  }
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::string connect_problem(const addrinfo& where, std::chrono::milliseconds limit) {
  const socket_handle s{where};
  if (s.fd() < 0) return text_of(errno);
  if (connect(s.fd(), where.ai_addr, where.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return text_of(errno);
  pollfd waiting{s.fd(), POLLOUT, 0};
  const int ready = poll(&waiting, 1, static_cast<int>(limit.count()));
  if (ready == 0) return "no answer within " + std::to_string(limit.count()) + " ms";
  if (ready < 0) return text_of(errno);
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(s.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? "" : text_of(error);
}

}  // namespace

std::string tcp_problem(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found); error != 0)
    return gai_strerror(error);
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all{found, &freeaddrinfo};
  std::string problem = "no address";
  for (const auto* where = found; where != nullptr; where = where->ai_next) {
    problem = connect_problem(*where, limit);
    if (problem.empty()) break;
  }
  return problem;
}

}  // namespace hedgerow::cluster
