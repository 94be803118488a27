#include "runtime/adapters/http/http_client.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <deque>
#include <thread>
#include <unordered_set>

#include "runtime/adapters/http/client_connection.hpp"
#include "runtime/adapters/http/request_text.hpp"

namespace hedgerow::http {
namespace {

namespace net = boost::asio;
using boost::system::error_code;

/// Requests that wait for a connection.
constexpr std::size_t max_waiting = 4096;

/// The pool. Everything but post() runs on the client's thread.
class client_core final : public connection_owner, public std::enable_shared_from_this<client_core> {
 public:
  client_core(client_options options, http::origin target, const ports::clock& clock)
      : options_{std::move(options)}, target_{std::move(target)}, clock_{clock}, io_{1}, work_{io_.get_executor()} {}

  /// Empty when it worked.
  [[nodiscard]] std::string prepare_tls() {
    if (!target_.tls) return {};
    error_code ec;
    tls_.emplace(net::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    tls_->set_default_verify_paths(ec);
    if (ec) return "cannot load the system's trusted roots: " + ec.message() + "; install ca-certificates";
    if (options_.ca_file.empty()) return {};
    tls_->load_verify_file(options_.ca_file, ec);
    if (!ec) return {};
    return "cannot load ca_file '" + options_.ca_file + "': " + ec.message() + "; it must be a readable PEM file";
  }

  void run() { io_.run(); }

  void post(job work) {
    net::post(io_, [this, work = std::move(work)]() mutable { dispatch(std::move(work)); });
  }

  void shut_down() {
    net::post(io_, [this] {
      closing_ = true;
      const auto connections = std::move(connections_);
      connections_.clear();
      idle_.clear();
      for (const auto& c : connections) c->abandon("the client is being closed");
      for (auto& work : std::exchange(waiting_, {})) fail(std::move(work), "the client is being closed");
      work_.reset();
    });
  }

  net::io_context& io() override { return io_; }
  net::ssl::context* tls() override { return tls_ ? &*tls_ : nullptr; }
  const http::origin& target() const override { return target_; }
  const client_options& options() const override { return options_; }
  const ports::clock& clock() const override { return clock_; }

  void on_idle(const connection_ptr& connection) override {
    idle_.push_back(connection);
    serve_next();
  }

  void on_closed(const connection_ptr& connection) override {
    connections_.erase(connection);
    std::erase(idle_, connection);
    // Not at once: the connection is in the middle of its own work.
    if (!waiting_.empty()) net::post(io_, [this] { serve_next(); });
  }

  void retry(job again) override {
    if (closing_) return fail(std::move(again), "the client is being closed");
    open(std::move(again));
  }

 private:
  void dispatch(job work) {
    if (closing_) return fail(std::move(work), "the client is being closed");
    if (!work.refusal.empty()) {
      const auto why = std::move(work.refusal);
      return fail(std::move(work), why);
    }
    if (waiting_.size() >= max_waiting) return fail(std::move(work), "too many requests wait for a connection");
    waiting_.push_back(std::move(work));
    serve_next();
  }

  /// Gives the request that waits longest to the connection used last, or to a new one.
  void serve_next() {
    while (!waiting_.empty() && !closing_) {
      auto connection = take_idle();
      if (!connection && connections_.size() >= options_.max_connections) return;
      job work = std::move(waiting_.front());
      waiting_.pop_front();
      if (clock_.monotonic() - work.sent_at > options_.request_timeout) {
        if (connection) idle_.push_back(connection);
        fail(std::move(work), "no connection was free in time");
      } else if (connection) {
        connection->run(std::move(work));
      } else {
        open(std::move(work));
      }
    }
  }

  void open(job work) {
    auto connection = make_client_connection(*this);
    connections_.insert(connection);
    connection->run(std::move(work));
  }

  /// The most recently used one is the least likely to have been closed by the peer.
  connection_ptr take_idle() {
    while (!idle_.empty()) {
      auto candidate = std::move(idle_.back());
      idle_.pop_back();
      if (candidate->fit_for_reuse()) return candidate;
      connections_.erase(candidate);
      candidate->abandon({});
    }
    return nullptr;
  }

  static void fail(job work, const std::string& why) {
    work.done(unexpected(client_error{client_failure::not_sent, why}));
  }

  const client_options options_;
  const http::origin target_;
  const ports::clock& clock_;
  std::optional<net::ssl::context> tls_;
  net::io_context io_;
  net::executor_work_guard<net::io_context::executor_type> work_;
  std::unordered_set<connection_ptr> connections_;
  std::vector<connection_ptr> idle_;
  std::deque<job> waiting_;
  bool closing_ = false;
};

class client_impl final : public client {
 public:
  explicit client_impl(std::shared_ptr<client_core> core)
      : core_{std::move(core)}, thread_{[core = core_] { core->run(); }} {}

  ~client_impl() override {
    core_->shut_down();
    // The last owner may be one of our own callbacks.
    if (thread_.get_id() == std::this_thread::get_id())
      thread_.detach();
    else
      thread_.join();
  }

  void send(request r, bool repeatable, std::optional<deadline> write_before, client_callback done) override {
    // The callback may drop the last owner of this client before post() has returned.
    const auto core = core_;
    job work;
    auto text = request_text(r, core->target());
    if (text)
      work.wire = std::move(*text);
    else
      work.refusal = std::move(text.error());
    work.to_head = r.method == "HEAD";
    work.repeatable = repeatable;
    work.write_before = write_before;
    work.done = std::move(done);
    work.sent_at = core->clock().monotonic();
    core->post(std::move(work));
  }

 private:
  std::shared_ptr<client_core> core_;
  std::thread thread_;
};

}  // namespace

expected<std::shared_ptr<client>, std::string> make_client(client_options options, const ports::clock& clock) {
  auto target = parse_origin(options.origin);
  if (!target) return unexpected(std::move(target.error()));
  if (options.max_connections == 0) return unexpected(std::string{"max_connections must be at least 1"});
  auto core = std::make_shared<client_core>(std::move(options), std::move(*target), clock);
  if (auto failure = core->prepare_tls(); !failure.empty()) return unexpected(std::move(failure));
  return std::shared_ptr<client>{std::make_shared<client_impl>(std::move(core))};
}

}  // namespace hedgerow::http
