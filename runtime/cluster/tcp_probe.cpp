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
      : fd_{socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)} {
    // Ends with a reset: where TLS is spoken, an orderly end would count as a broken handshake, and CAF 0.17.6 takes
    // what OpenSSL remembers of that for the state of other connections.
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  ~socket_handle() {
    if (fd_ >= 0) close(fd_);
  }
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::string connect_problem(const socket_handle& s, const addrinfo& where, std::chrono::milliseconds limit) {
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

tcp_probe probe_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds limit) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found); error != 0)
    return {gai_strerror(error), nullptr};
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all{found, &freeaddrinfo};
  tcp_probe result{"no address", nullptr};
  for (const auto* where = found; where != nullptr && !result.problem.empty(); where = where->ai_next) {
    const auto s = std::make_shared<socket_handle>(*where);
    result.problem = connect_problem(*s, *where, limit);
    if (result.problem.empty()) result.connection = s;
  }
  return result;
}

}  // namespace hedgerow::cluster
