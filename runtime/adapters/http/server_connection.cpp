#include "runtime/adapters/http/server_connection.hpp"

#include <sys/socket.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace hedgerow::http {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace bh = boost::beast::http;
using boost::system::error_code;

constexpr std::uint32_t header_limit = 32 * 1024;

class connection;

/// One request that waits for its answer; lives as long as any copy of the responder.
class pending_answer {
 public:
  pending_answer(std::shared_ptr<net::io_context> io, std::weak_ptr<connection> target)
      : io_{std::move(io)}, target_{std::move(target)} {}
  pending_answer(const pending_answer&) = delete;
  pending_answer& operator=(const pending_answer&) = delete;
  ~pending_answer() { respond({500, {{"Content-Type", "text/plain"}}, "no answer was given\n"}); }

  void respond(response answer);
  void fail(connection_fault fault);

 private:
  std::shared_ptr<net::io_context> io_;
  std::weak_ptr<connection> target_;
  std::atomic<bool> used_{false};
};

class connection final : public server_connection, public std::enable_shared_from_this<connection> {
 public:
  connection(std::shared_ptr<const connection_context> context, int descriptor, bool v6, std::string peer)
      : context_{std::move(context)}, stream_{*context_->io}, peer_{std::move(peer)} {
    stream_.socket().assign(v6 ? net::ip::tcp::v6() : net::ip::tcp::v4(), descriptor);
    error_code ignored;
    stream_.socket().set_option(net::ip::tcp::no_delay{true}, ignored);
  }

  void start() override { read(); }

  void abandon() override {
    ended_ = true;
    stream_.close();
  }

  /// Writes the answer to the request that was read last.
  void answer(response r) {
    if (ended_) return;
    bh::response<bh::string_body> out;
    out.version(11);
    out.result(static_cast<unsigned>(r.status));
    for (auto& [name, value] : r.headers) out.insert(name, value);
    out.keep_alive(keep_alive_);
    const bool bodiless = r.status < 200 || r.status == 204 || r.status == 304;
    if (!bodiless) out.content_length(r.body.size());
    // HEAD: the header has the length, and the body is not sent.
    if (!head_ && !bodiless) out.body() = std::move(r.body);
    out_ = std::move(out);
    stream_.expires_after(context_->options.idle_timeout);
    bh::async_write(stream_, *out_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (self->ended_) return;
      if (ec || !self->keep_alive_) return self->end(!ec);
      self->read();
    });
  }

  void break_off(connection_fault fault) {
    if (ended_) return;
    switch (fault) {
      case connection_fault::close_without_answer: return end(true);
      case connection_fault::reset: {
        error_code ignored;
        stream_.socket().set_option(net::socket_base::linger{true, 0}, ignored);
        return end(false);
      }
      case connection_fault::truncate_answer: break;
    }
    static constexpr std::string_view half = "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{\"";
    stream_.expires_after(context_->options.idle_timeout);
    net::async_write(stream_, net::buffer(half), [self = shared_from_this()](error_code, std::size_t) {
      if (!self->ended_) self->end(true);
    });
  }

 private:
  void read() {
    parser_.emplace();
    parser_->header_limit(header_limit);
    parser_->body_limit(context_->options.max_body_bytes);
    stream_.expires_after(context_->options.idle_timeout);
    bh::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (!self->ended_) self->on_read(ec);
    });
  }

  void on_read(error_code ec) {
    if (ec) return on_bad_request(ec);
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    head_ = message.method() == bh::verb::head;
    exchange e;
    e.received.method = std::string{message.method_string()};
    e.received.target = std::string{message.target()};
    for (const auto& field : message) e.received.headers.emplace_back(field.name_string(), field.value());
    e.received.body = std::move(message.body());
    e.peer = peer_;
    stream_.expires_never();
    auto pending = std::make_shared<pending_answer>(context_->io, weak_from_this());
    e.respond = [pending](response r) { pending->respond(std::move(r)); };
    e.fail = [pending](connection_fault f) { pending->fail(f); };
    pending.reset();
    context_->handle(std::move(e));
  }

  /// A request that cannot be read: says so when the peer may still be listening, then closes.
  void on_bad_request(error_code ec) {
    keep_alive_ = false;
    head_ = false;
    if (ec == bh::error::body_limit) return answer({413, {{"Content-Type", "text/plain"}}, "the body is too large\n"});
    if (ec == bh::error::header_limit)
      return answer({431, {{"Content-Type", "text/plain"}}, "the header is too large\n"});
    const bool ended_by_peer = ec == bh::error::end_of_stream || ec == bh::error::partial_message;
    const bool malformed = ec.category() == bh::make_error_code(bh::error::bad_method).category() && !ended_by_peer;
    if (malformed) return answer({400, {{"Content-Type", "text/plain"}}, "not an HTTP request\n"});
    end(ended_by_peer);
  }

  void end(bool politely) {
    if (std::exchange(ended_, true)) return;
    error_code ignored;
    if (politely) stream_.socket().shutdown(net::ip::tcp::socket::shutdown_both, ignored);
    stream_.close();
    context_->closed(this);
  }

  std::shared_ptr<const connection_context> context_;
  beast::tcp_stream stream_;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<bh::request_parser<bh::string_body>> parser_;
  std::optional<bh::response<bh::string_body>> out_;
  bool keep_alive_ = false;
  bool head_ = false;
  bool ended_ = false;
};

// The posted functions must not own the io_context: it would own itself when the server ends before they run.
void pending_answer::respond(response answer) {
  if (used_.exchange(true)) return;
  net::post(*io_, [target = target_, answer = std::move(answer)]() mutable {
    if (const auto c = target.lock()) c->answer(std::move(answer));
  });
}

void pending_answer::fail(connection_fault fault) {
  if (used_.exchange(true)) return;
  net::post(*io_, [target = target_, fault] {
    if (const auto c = target.lock()) c->break_off(fault);
  });
}

}  // namespace

std::shared_ptr<server_connection> make_server_connection(std::shared_ptr<const connection_context> context,
                                                          int descriptor, bool v6, std::string peer) {
  return std::make_shared<connection>(std::move(context), descriptor, v6, std::move(peer));
}

}  // namespace hedgerow::http
