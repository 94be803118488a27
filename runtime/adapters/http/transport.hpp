// A byte stream to the origin, plain or TLS, behind one interface: the client's rules do not depend on which it is.
// Internal to this folder; all of it runs on the client's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/adapters/http/origin.hpp"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace hedgerow::http {

/// Empty: it worked. Otherwise what went wrong, for people.
using failure_text = std::string;

class transport {
 public:
  virtual ~transport() = default;
  /// Resolves, connects and, for TLS, shakes hands and verifies.
  virtual void connect(std::function<void(failure_text)> done) = 0;
  /// `bytes` must live until `done`. `untouched`: certain that not a byte has left this process.
  virtual void write(std::string_view bytes, std::function<void(failure_text, bool untouched)> done) = 0;
  /// At least one byte into `buffer`, or a failure; `ended` when the peer closed in order.
  virtual void read(char* buffer, std::size_t size,
                    std::function<void(failure_text, bool ended, std::size_t read)> done) = 0;
  /// For a connection that waits for its next request: open, and nothing unasked has arrived. Never blocks.
  [[nodiscard]] virtual bool fit_for_reuse() = 0;
  /// Pending operations end with a failure. What has been written still reaches the peer if it can.
  virtual void close() = 0;
  /// Like close(), and what the peer has not acknowledged is thrown away: nothing is sent any more, now or later.
  virtual void abort() = 0;
};

/// `tls` is needed for an https origin and must outlive the transport.
[[nodiscard]] std::shared_ptr<transport> make_transport(boost::asio::io_context& io, const origin& target,
                                                        boost::asio::ssl::context* tls);

}  // namespace hedgerow::http
