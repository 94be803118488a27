// The part of a transport that plain and TLS connections share. Included by ws_plain.cpp and ws_tls.cpp only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "runtime/adapters/evm/rpc_errors.hpp"
#include "runtime/adapters/evm/ws_transport.hpp"

namespace hedgerow::evm {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

/// `NextLayer` is beast::tcp_stream or a TLS stream over it. `Derived` adds what happens between TCP and WebSocket.
template <class NextLayer>
class basic_transport : public transport, public std::enable_shared_from_this<basic_transport<NextLayer>> {
 public:
  template <class... Args>
  basic_transport(asio::io_context& io, transport_options options, transport_events events, Args&&... args)
      : options_{std::move(options)},
        events_{std::move(events)},
        resolver_{io},
        stream_{io, std::forward<Args>(args)...} {}

  void connect() override {
    resolver_.async_resolve(
        options_.url.host, options_.url.port, [self = this->shared_from_this()](error_code error, const auto& found) {
          if (self->done_) return;
          if (error) return self->fail("cannot resolve", error);
          auto& tcp = beast::get_lowest_layer(self->stream_);
          tcp.expires_after(self->options_.connect_timeout);
          tcp.async_connect(found, [self](error_code e, const auto&) {
            if (self->done_) return;
            if (e) return self->fail("cannot connect", e);
            error_code ignored;
            beast::get_lowest_layer(self->stream_).socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
            self->secure();
          });
        });
  }

  void send(std::string text) override {
    if (done_) return;
    out_.push_back(std::move(text));
    if (out_.size() == 1) write();
  }

  void close() override {
    done_ = true;
    resolver_.cancel();
    error_code ignored;
    beast::get_lowest_layer(stream_).cancel();
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 protected:
  /// From a TCP connection to upgrade().
  virtual void secure() = 0;

  void upgrade() {
    beast::get_lowest_layer(stream_).expires_never();
    websocket::stream_base::timeout limits{};
    limits.handshake_timeout = options_.connect_timeout;
    limits.idle_timeout = websocket::stream_base::none();  // the client watches data, not pings
    limits.keep_alive_pings = false;
    stream_.set_option(limits);
    stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      request.set(beast::http::field::user_agent, "hedgerow");
      const auto& secret = options_.url.authorization;
      if (!secret.empty()) request.set(beast::http::field::authorization, secret);
    }));
    stream_.read_message_max(options_.max_frame_bytes);
    stream_.text(true);
    const bool v6 = options_.url.host.find(':') != std::string::npos;
    stream_.async_handshake(answer_, (v6 ? "[" + options_.url.host + "]" : options_.url.host) + ":" + options_.url.port,
                            options_.url.target, [self = this->shared_from_this()](error_code error) {
                              if (error == websocket::error::upgrade_declined) return self->declined();
                              if (error) return self->fail("no WebSocket handshake", error);
                              if (self->done_) return;
                              self->events_.opened();
                              self->read();
                            });
  }

  void fail(const char* what, error_code error) {
    if (error == websocket::error::closed) return closed_by_node();
    auto why = closed::cause::network;
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) {
      why = closed::cause::too_large;
    } else if (error.category() == make_error_code(websocket::error::bad_opcode).category()) {
      why = closed::cause::garbled;
    }
    end({why, std::string{what} + ": " + error.message()});
  }

  const transport_options& options() const { return options_; }
  websocket::stream<NextLayer>& stream() { return stream_; }

 private:
  /// Longest text of the node that a reason holds.
  static constexpr std::size_t max_said = 200;

  /// What the node says for itself comes before what the library calls it: a quota is no graceful end.
  void closed_by_node() {
    const auto& said = stream_.reason();
    const std::string text{said.reason.data(), said.reason.size()};
    std::string reason = "the node closed the connection";
    if (said.code != websocket::close_code::none) reason += " with code " + std::to_string(said.code);
    if (!text.empty()) reason += ": " + quoted(text);
    end({closed::cause::network, std::move(reason), wish_in_text(text)});
  }

  void declined() {
    std::string reason = "the node answered HTTP " + std::to_string(answer_.result_int());
    const auto header = [this](beast::http::field name) {
      return std::string_view{answer_[name].data(), answer_[name].size()};
    };
    auto wait = wish_in_header(header(beast::http::field::retry_after), header(beast::http::field::date));
    if (wait) reason += ", Retry-After " + std::to_string(wait->count() / 1000) + " s";
    if (const auto& body = answer_.body(); !body.empty()) {
      reason += ": " + quoted(body);
      if (!wait) wait = wish_in_text(body);
    }
    end({closed::cause::network, std::move(reason), wait});
  }

  /// Scrubbed before it is cut, or a half of a secret would be left.
  std::string quoted(const std::string& said) const { return one_line(options_.url.scrub(said), max_said); }

  void read() {
    stream_.async_read(in_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (self->done_) return;
      if (error) return self->fail("connection lost", error);
      const auto data = self->in_.cdata();
      self->events_.frame({static_cast<const char*>(data.data()), data.size()});
      self->in_.consume(data.size());
      if (!self->done_) self->read();
    });
  }

  void write() {
    stream_.async_write(asio::buffer(out_.front()), [self = this->shared_from_this()](error_code error, std::size_t) {
      if (self->done_) return;
      if (error) return self->fail("connection lost", error);
      self->out_.pop_front();
      if (!self->out_.empty()) self->write();
    });
  }

  void end(closed why) {
    if (done_) return;
    close();
    why.reason = options_.url.scrub(std::move(why.reason));
    events_.gone(std::move(why));
  }

  transport_options options_;
  transport_events events_;
  asio::ip::tcp::resolver resolver_;
  websocket::stream<NextLayer> stream_;
  websocket::response_type answer_;
  beast::flat_buffer in_;
  std::deque<std::string> out_;
  bool done_ = false;
};

}  // namespace hedgerow::evm
