// A blocking HTTP client that shows what came over the wire, however broken.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::paper {

/// Sends one request on a connection of its own and reads until the peer closes; at most 20 s.
inline std::string raw_exchange(std::uint16_t port, const std::string& bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return {};
  const timeval limit{20, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return answer;
}

/// A complete answer; nothing when the connection ended before one.
inline std::optional<http::response> parse_answer(const std::string& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) return std::nullopt;
  http::response r;
  r.status = std::stoi(bytes.substr(9, 3));
  r.body = bytes.substr(end + 4);
  std::size_t at = bytes.find("\r\n") + 2;
  while (at < end) {
    const auto line_end = bytes.find("\r\n", at);
    const std::string line = bytes.substr(at, line_end - at);
    const auto colon = line.find(':');
    r.headers.emplace_back(line.substr(0, colon), line.substr(line.find_first_not_of(' ', colon + 1)));
    at = line_end + 2;
  }
  const auto length = http::find_header(r.headers, "Content-Length");
  if (length && std::stoul(*length) != r.body.size()) return std::nullopt;
  return r;
}

inline std::optional<http::response> raw_call(std::uint16_t port, const http::request& request) {
  std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                      "\r\nConnection: close\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  for (const auto& [name, value] : request.headers) bytes += name + ": " + value + "\r\n";
  return parse_answer(raw_exchange(port, bytes + "\r\n" + request.body));
}

}  // namespace hedgerow::paper
