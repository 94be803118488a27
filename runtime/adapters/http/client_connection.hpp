// One connection of the client and the one exchange it carries at a time. Internal to this folder; all of it runs on
// the client's thread.
#pragma once

#include <memory>
#include <string>

#include "runtime/adapters/http/http_client.hpp"
#include "runtime/adapters/http/origin.hpp"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace hedgerow::http {

/// A request on its way.
struct job {
  /// The bytes to write.
  std::string wire;
  /// Why there are none: the request is not one that can be written.
  std::string refusal;
  bool to_head = false;
  bool repeatable = false;
  std::optional<deadline> write_before;
  client_callback done;
  monotonic_time sent_at{0};
  /// It has already failed on a kept-alive connection.
  bool retried = false;
};

class client_connection;
using connection_ptr = std::shared_ptr<client_connection>;

/// What a connection needs of its client.
class connection_owner {
 public:
  virtual ~connection_owner() = default;
  [[nodiscard]] virtual boost::asio::io_context& io() = 0;
  [[nodiscard]] virtual boost::asio::ssl::context* tls() = 0;
  [[nodiscard]] virtual const origin& target() const = 0;
  [[nodiscard]] virtual const client_options& options() const = 0;
  [[nodiscard]] virtual const ports::clock& clock() const = 0;
  /// The exchange is over and the connection can carry another one.
  virtual void on_idle(const connection_ptr& connection) = 0;
  /// The connection is closed.
  virtual void on_closed(const connection_ptr& connection) = 0;
  /// Nothing of this request was processed, as far as its rules allow to know: on a fresh connection, please.
  virtual void retry(job again) = 0;
};

class client_connection {
 public:
  virtual ~client_connection() = default;
  /// Carries out the request, connecting first if need be. Only while idle.
  virtual void run(job work) = 0;
  /// Open and quiet; see transport::fit_for_reuse.
  [[nodiscard]] virtual bool fit_for_reuse() = 0;
  /// Closes; the request in flight, if any, fails as far as its fate is known. Does not call the owner.
  virtual void abandon(const std::string& why) = 0;
};

/// `owner` must outlive it.
[[nodiscard]] connection_ptr make_client_connection(connection_owner& owner);

}  // namespace hedgerow::http
