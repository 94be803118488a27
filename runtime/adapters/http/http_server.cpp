#include "runtime/adapters/http/http_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>
#include <unordered_map>

#include "runtime/adapters/http/server_connection.hpp"

namespace hedgerow::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;

std::string endpoint_text(const std::string& address, std::uint16_t port) {
  return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" + std::to_string(port);
}

/// What a person can do about a failed listen.
std::string remedy(const error_code& ec) {
  if (ec == net::error::address_in_use) return "another program uses this port: stop it, or choose another port";
  if (ec == net::error::access_denied) return "ports below 1024 need a privilege: choose a port from 1024 on";
  if (ec.value() == EADDRNOTAVAIL) return "this machine does not have this address: use 127.0.0.1 or 0.0.0.0";
  return "check address and port";
}

class server_impl final : public server {
 public:
  server_impl(server_options options, handler handle)
      : io_{std::make_shared<net::io_context>(1)}, acceptor_{*io_}, retry_{*io_} {
    auto context = std::make_shared<connection_context>();
    context->io = io_;
    context->options = std::move(options);
    context->handle = std::move(handle);
    context->closed = [this](server_connection* c) { connections_.erase(c); };
    context_ = std::move(context);
  }

  ~server_impl() override {
    io_->stop();
    if (thread_.joinable()) thread_.join();
    // Nothing runs any more: from here on this thread may touch the connections.
    for (auto& [key, c] : connections_) c->abandon();
    connections_.clear();
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    // Cancelled operations own their connection, which owns the io_context: let them end.
    io_->restart();
    io_->poll();
  }

  /// Empty when it listens.
  [[nodiscard]] std::string listen() {
    const auto& options = context_->options;
    const std::string where = endpoint_text(options.address, options.port);
    error_code ec;
    const auto address = net::ip::make_address(options.address, ec);
    if (ec)
      return "cannot listen on " + where + ": '" + options.address +
             "' is not an IP address; use for example 127.0.0.1, 0.0.0.0 or ::1";
    const net::ip::tcp::endpoint endpoint{address, options.port};
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) acceptor_.set_option(net::socket_base::reuse_address{true}, ec);
    if (!ec) acceptor_.bind(endpoint, ec);
    if (!ec) acceptor_.listen(net::socket_base::max_listen_connections, ec);
    if (!ec) port_ = acceptor_.local_endpoint(ec).port();
    if (ec) return "cannot listen on " + where + ": " + ec.message() + "; " + remedy(ec);
    v6_ = address.is_v6();
    accept();
    thread_ = std::thread{[io = io_] { io->run(); }};
    return {};
  }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code ec, net::ip::tcp::socket socket) {
      if (ec == net::error::operation_aborted) return;
      if (ec) return accept_later();
      admit(std::move(socket));
      accept();
    });
  }

  /// Out of descriptors, most likely: trying at once would spin.
  void accept_later() {
    retry_.expires_after(std::chrono::milliseconds{100});
    retry_.async_wait([this](error_code ec) {
      if (!ec) accept();
    });
  }

  void admit(net::ip::tcp::socket socket) {
    error_code ec;
    if (connections_.size() >= context_->options.max_connections) {
      static constexpr std::string_view full =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.non_blocking(true, ec);
      socket.write_some(net::buffer(full), ec);
      return;
    }
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return;
    const int descriptor = socket.release(ec);
    if (ec) return;
    auto c = make_server_connection(context_, descriptor, v6_, peer.address().to_string());
    connections_.emplace(c.get(), c);
    c->start();
  }

  std::shared_ptr<net::io_context> io_;
  net::ip::tcp::acceptor acceptor_;
  net::steady_timer retry_;
  std::shared_ptr<const connection_context> context_;
  std::unordered_map<server_connection*, std::shared_ptr<server_connection>> connections_;
  std::thread thread_;
  std::uint16_t port_ = 0;
  bool v6_ = false;
};

}  // namespace

expected<std::unique_ptr<server>, std::string> make_server(server_options options, handler handle) {
  auto result = std::make_unique<server_impl>(std::move(options), std::move(handle));
  if (auto failure = result->listen(); !failure.empty()) return unexpected(std::move(failure));
  return std::unique_ptr<server>{std::move(result)};
}

}  // namespace hedgerow::http
