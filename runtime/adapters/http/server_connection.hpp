// One connection of the server: reads a request, waits for its answer, writes it, and so on. Internal to this folder.
#pragma once

#include <functional>
#include <memory>

#include "runtime/adapters/http/http_server.hpp"

namespace boost::asio {
class io_context;
}

namespace hedgerow::http {

/// All of it runs on the server's thread.
class server_connection {
 public:
  virtual ~server_connection() = default;
  virtual void start() = 0;
  /// Ends it without an answer; `closed` is not called.
  virtual void abandon() = 0;
};

struct connection_context {
  std::shared_ptr<boost::asio::io_context> io;
  server_options options;
  handler handle;
  /// Called once when the connection has ended without abandon().
  std::function<void(server_connection*)> closed;
};

/// Takes over an accepted socket's descriptor.
[[nodiscard]] std::shared_ptr<server_connection> make_server_connection(
    std::shared_ptr<const connection_context> context, int descriptor, bool v6, std::string peer);

}  // namespace hedgerow::http
