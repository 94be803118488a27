// A WebSocket server that says exactly what a test wants, right or wrong. Written on sockets: it must be able to
// break every rule that a library would keep.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace hedgerow::test {

/// A self-signed certificate for `host` (a DNS name), valid now, with its key, both as PEM.
struct certificate {
  std::string certificate_pem;
  std::string key_pem;
};
[[nodiscard]] certificate make_certificate(const std::string& host);

class scripted_node {
 public:
  /// Gives the member that answers a request, such as `"result":"0x1"`; nothing leaves it unanswered.
  using answer = std::function<std::optional<std::string>(const std::string& params)>;

  /// Knows newHeads ("0xa1"), logs ("0xb2") and eth_blockNumber (0x10); with a certificate it speaks TLS and cannot
  /// push, as one thread owns the TLS state.
  explicit scripted_node(const std::optional<certificate>& identity = std::nullopt);
  ~scripted_node();
  scripted_node(const scripted_node&) = delete;
  scripted_node& operator=(const scripted_node&) = delete;

  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;

  void on(const std::string& method, answer give);
  /// The next handshakes are declined with this HTTP status, these header lines (each with its CRLF) and body; 0
  /// accepts again.
  void decline_with(int status, std::string headers = {}, std::string body = {});

  /// One text frame to the newest connection.
  void push(const std::string& text);
  void push_head(unsigned number);
  /// Bytes as they are, without a frame around.
  void push_bytes(const std::string& raw);
  /// A close frame of the newest connection.
  void push_close(unsigned short code, const std::string& reason);
  /// Ends the newest connection without the closing handshake.
  void drop();

  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] int declined() const { return declined_; }
  /// How often a method was asked.
  [[nodiscard]] int asked(const std::string& method) const;
  /// Parameters of the newest request of that method.
  [[nodiscard]] std::string parameters(const std::string& method) const;

 private:
  struct tls;
  void serve();
  void serve_connection(int fd);
  bool handshake(int fd);
  void reply(int fd, const std::string& request);
  [[nodiscard]] long read_some(int fd, char* out, std::size_t size);
  void write_all(int fd, const std::string& data);

  std::unique_ptr<tls> tls_;
  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<int> decline_{0};
  std::string decline_headers_;
  std::string decline_body_;
  std::atomic<int> declined_{0};
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  int current_ = -1;
  std::map<std::string, answer> answers_;
  std::map<std::string, std::vector<std::string>> requests_;
  std::thread thread_;
};

}  // namespace hedgerow::test
