#include "raw_peer.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/support/loopback.hpp"

namespace hedgerow::test {
namespace {

void limit_reads(int descriptor) {
  const timeval limit{10, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

}  // namespace

raw_connection::raw_connection(raw_connection&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, buffer_{std::move(other.buffer_)} {}

raw_connection::~raw_connection() { close(); }

raw_connection raw_connection::to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (descriptor < 0 || ::connect(descriptor, generic(address), sizeof address) != 0)
    throw std::runtime_error{"cannot connect to port " + std::to_string(port)};
  limit_reads(descriptor);
  return raw_connection{descriptor};
}

void raw_connection::send(std::string_view bytes) { (void)send_all(descriptor_, bytes); }

bool raw_connection::read_more() {
  char chunk[4096];
  const auto n = ::recv(descriptor_, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  buffer_.append(chunk, static_cast<std::size_t>(n));
  return true;
}

std::string raw_connection::read_until(std::string_view end) {
  while (buffer_.find(end) == std::string::npos) {
    if (!read_more()) return std::exchange(buffer_, {});
  }
  const auto size = buffer_.find(end) + end.size();
  std::string result = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return result;
}

std::string raw_connection::read_all() {
  while (read_more()) {
  }
  return std::exchange(buffer_, {});
}

bool raw_connection::read_for(std::chrono::milliseconds limit) {
  pollfd waiting{descriptor_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(limit.count())) == 0) return true;
  return read_more();
}

std::string raw_connection::read_message() {
  std::string message = read_until("\r\n\r\n");
  const auto at = message.find("Content-Length: ");
  const std::size_t length = at == std::string::npos ? 0 : std::strtoul(message.c_str() + at + 16, nullptr, 10);
  while (buffer_.size() < length && read_more()) {
  }
  const auto taken = std::min(length, buffer_.size());
  message += buffer_.substr(0, taken);
  buffer_.erase(0, taken);
  return message;
}

void raw_connection::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void raw_connection::reset() {
  const linger abort{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  close();
}

scripted_server::scripted_server(std::vector<script> scripts) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, generic(address), sizeof address) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error{"cannot listen on 127.0.0.1"};
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread{[this, scripts = std::move(scripts)] {
    for (std::size_t i = 0;; ++i) {
      const int descriptor = ::accept(listener_, nullptr, nullptr);
      if (descriptor < 0) return;
      limit_reads(descriptor);
      const auto& play = scripts[std::min(i, scripts.size() - 1)];
      {
        const std::lock_guard lock{mutex_};
        ++accepted_;
      }
      players_.emplace_back([play, descriptor] {
        raw_connection peer{descriptor};
        play(peer);
      });
    }
  }};
}

scripted_server::~scripted_server() {
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
  for (auto& player : players_) player.join();
}

int scripted_server::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

}  // namespace hedgerow::test
