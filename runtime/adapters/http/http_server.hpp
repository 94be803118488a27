// An HTTP/1.1 server on one address. Handlers answer now or later, from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "messages/types/expected.hpp"
#include "runtime/adapters/http/http_types.hpp"

namespace hedgerow::http {

/// Sends the answer; callable once, from any thread. When all copies are destroyed unused the answer is 500.
using responder = std::function<void(response)>;

/// What a handler may do with the connection instead of answering properly; for the paper broker's fault plan.
enum class connection_fault { close_without_answer, truncate_answer, reset };

struct exchange {
  request received;
  responder respond;
  /// Breaks the connection instead of answering.
  std::function<void(connection_fault)> fail;
  /// Address of the peer, without port.
  std::string peer;
};

using handler = std::function<void(exchange)>;

struct server_options {
  /// `127.0.0.1`, `0.0.0.0`, `::1`, ...
  std::string address = "127.0.0.1";
  /// 0 takes a free one; see server::port().
  std::uint16_t port = 0;
  std::size_t max_body_bytes = 1024 * 1024;
  std::size_t max_connections = 256;
  /// A peer that sends nothing for this long is dropped; also bounds how long a request may take to arrive.
  std::chrono::milliseconds idle_timeout{60000};
};

/// Serves until destroyed; the destructor closes all connections and joins the thread.
class server {
 public:
  virtual ~server() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

/// Fails with a text that names address and port, and what to do, when it cannot listen. Handlers run on the
/// server's thread and must not block.
[[nodiscard]] expected<std::unique_ptr<server>, std::string> make_server(server_options options, handler handle);

}  // namespace hedgerow::http
