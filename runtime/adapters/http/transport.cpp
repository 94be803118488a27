#include "runtime/adapters/http/transport.hpp"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <optional>

namespace hedgerow::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

bool is_ip_address(const std::string& host) {
  error_code ec;
  (void)net::ip::make_address(host, ec);
  return !ec;
}

bool set_server_name(SSL* session, std::string host) {
  // What the macro SSL_set_tlsext_host_name does, without its C cast.
  return SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data()) == 1;
}

class socket_transport final : public transport, public std::enable_shared_from_this<socket_transport> {
 public:
  socket_transport(net::io_context& io, origin target, net::ssl::context* tls)
      : target_{std::move(target)}, resolver_{io}, socket_{io} {
    if (tls != nullptr) secure_.emplace(socket_, *tls);
  }

  void connect(std::function<void(failure_text)> done) override {
    error_code ec;
    const auto address = net::ip::make_address(target_.host, ec);
    if (!ec) {
      socket_.async_connect({address, target_.port},
                            [self = shared_from_this(), done](error_code failed) { self->connected(failed, done); });
      return;
    }
    resolver_.async_resolve(
        target_.host, std::to_string(target_.port),
        [self = shared_from_this(), done](error_code failed, const tcp::resolver::results_type& found) {
          if (failed || self->closed_) return done(self->describe("cannot resolve", failed));
          net::async_connect(self->socket_, found, [self, done](error_code refused, const tcp::endpoint&) {
            self->connected(refused, done);
          });
        });
  }

  void write(std::string_view bytes, std::function<void(failure_text, bool)> done) override {
    const auto finish = [self = shared_from_this(), done](error_code ec, std::size_t written) {
      // A TLS stream may have sent part of a record that it does not count.
      const bool untouched = ec && written == 0 && !self->secure_;
      done(ec ? self->describe("cannot write to", ec) : failure_text{}, untouched);
    };
    if (secure_)
      net::async_write(*secure_, net::buffer(bytes), finish);
    else
      net::async_write(socket_, net::buffer(bytes), finish);
  }

  void read(char* buffer, std::size_t size, std::function<void(failure_text, bool, std::size_t)> done) override {
    const auto finish = [self = shared_from_this(), done](error_code ec, std::size_t n) {
      // A peer that ends TLS without close_notify may be an attacker who cuts the answer: not an orderly end.
      done(ec ? self->describe("cannot read from", ec) : failure_text{}, ec == net::error::eof, n);
    };
    if (secure_)
      secure_->async_read_some(net::buffer(buffer, size), finish);
    else
      socket_.async_read_some(net::buffer(buffer, size), finish);
  }

  bool fit_for_reuse() override {
    if (closed_ || !socket_.is_open()) return false;
    char byte = 0;
    const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && errno == EAGAIN;
  }

  void close() override { end(false); }
  void abort() override { end(true); }

 private:
  void end(bool at_once) {
    if (std::exchange(closed_, true)) return;
    resolver_.cancel();
    error_code ignored;
    // A plain close leaves unacknowledged bytes to the kernel, which sends them again for minutes.
    if (at_once) socket_.set_option(net::socket_base::linger{true, 0}, ignored);
    socket_.close(ignored);
  }

  void connected(const error_code& ec, const std::function<void(failure_text)>& done) {
    if (ec || closed_) return done(describe("cannot connect to", ec));
    error_code ignored;
    socket_.set_option(tcp::no_delay{true}, ignored);
    if (!secure_) return done({});
    secure_->set_verify_mode(net::ssl::verify_peer);
    secure_->set_verify_callback(net::ssl::host_name_verification{target_.host});
    // RFC 6066: addresses are not allowed in SNI.
    if (!is_ip_address(target_.host) && !set_server_name(secure_->native_handle(), target_.host))
      return done("cannot set the TLS server name of " + target_.host_header());
    secure_->async_handshake(net::ssl::stream_base::client, [self = shared_from_this(), done](error_code failed) {
      done(failed || self->closed_ ? self->describe_handshake(failed) : failure_text{});
    });
  }

  [[nodiscard]] failure_text describe(std::string_view what, const error_code& ec) const {
    return std::string{what} + " " + target_.host_header() + ": " +
           (closed_ || !ec ? std::string{"closed"} : ec.message());
  }

  [[nodiscard]] failure_text describe_handshake(const error_code& ec) {
    auto text = describe("TLS failed with", ec);
    const long verdict = SSL_get_verify_result(secure_->native_handle());
    if (verdict != X509_V_OK) text += std::string{" ("} + X509_verify_cert_error_string(verdict) + ")";
    return text;
  }

  origin target_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  std::optional<net::ssl::stream<tcp::socket&>> secure_;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<transport> make_transport(net::io_context& io, const origin& target, net::ssl::context* tls) {
  return std::make_shared<socket_transport>(io, target, target.tls ? tls : nullptr);
}

}  // namespace hedgerow::http
