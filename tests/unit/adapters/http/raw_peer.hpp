// The other end of a connection, byte for byte: for what no proper HTTP program would send.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hedgerow::test {

/// A blocking TCP connection to, or from, 127.0.0.1. Gives up reading after ten seconds.
class raw_connection {
 public:
  explicit raw_connection(int descriptor) : descriptor_{descriptor} {}
  raw_connection(raw_connection&& other) noexcept;
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;
  ~raw_connection();

  [[nodiscard]] static raw_connection to(std::uint16_t port);

  void send(std::string_view bytes);
  /// Reads until `end` has been seen; what was read, also when the peer closed or was silent before that.
  std::string read_until(std::string_view end);
  /// Everything until the peer closes.
  std::string read_all();
  /// Waits that long for bytes and drops them; false when the peer has closed.
  [[nodiscard]] bool read_for(std::chrono::milliseconds limit);
  /// A whole request or answer with Content-Length, or none of it when the peer closed.
  std::string read_message();
  void close();
  /// Closes with a reset instead of an orderly end.
  void reset();
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  bool read_more();

  int descriptor_ = -1;
  std::string buffer_;
};

/// Accepts connections and plays one script on each: the nth connection gets the nth script, the last one is repeated.
class scripted_server {
 public:
  using script = std::function<void(raw_connection&)>;

  explicit scripted_server(std::vector<script> scripts);
  ~scripted_server();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int accepted() const;

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  int accepted_ = 0;
  std::vector<std::thread> players_;
  std::thread accepting_;
};

}  // namespace hedgerow::test
