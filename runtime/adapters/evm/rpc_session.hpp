// What happens on the client's thread: connecting, subscribing, matching answers, noticing silence, trying again.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

#include "runtime/adapters/evm/chain_subscriber.hpp"
#include "runtime/adapters/evm/rpc_parse.hpp"
#include "runtime/adapters/evm/ws_rpc_client.hpp"
#include "runtime/adapters/evm/ws_transport.hpp"

namespace hedgerow::evm {

/// The payload of an answer; the pointer is valid during the call.
using value_callback = std::function<void(expected<const rapidjson::Value*, ports::chain_error>)>;

using subscriber_ptr = std::shared_ptr<chain_subscriber>;

class rpc_session : public std::enable_shared_from_this<rpc_session> {
 public:
  rpc_session(chain_client_options options, rpc_url url, const ports::clock& clock, ports::random& random);

  /// Before run(), once.
  void start();
  /// From any thread, also before start().
  [[nodiscard]] ports::subscription subscribe(ports::evm_log_filter wanted, ports::chain_listener listener);
  /// Serves until shut_down() and every callback made.
  void run() { io_.run(); }
  /// From any thread. Pending requests fail; no listener callback starts after it took effect on the thread of run().
  void shut_down();
  [[nodiscard]] bool on_own_thread() { return io_.get_executor().running_in_this_thread(); }

  /// From any thread.
  void request(std::string method, std::string params, value_callback done);

 private:
  using duration = std::chrono::milliseconds;
  enum class state { waiting, connecting, subscribing, up, stopped };
  struct pending {
    std::string method;
    value_callback done;
  };

  void stop();
  void connect();
  void opened();
  void add(const subscriber_ptr& added);
  void remove(const subscriber_ptr& ended);
  void unsubscribe(std::string name);
  void subscribe_to_heads();
  void subscribe_to_logs(const subscriber_ptr& who);
  /// Asks for a subscription and gives its name to `then`; a refusal ends the connection.
  void ask_subscription(std::string params, std::function<void(std::string)> then);
  void read_start_block();
  void tell_up(chain_subscriber& who);
  void confirmed();
  void lost(closed why);
  void schedule_retry(duration wish);
  [[nodiscard]] duration next_delay();

  void issue(std::string method, std::string params, value_callback done);
  void arm_sweep();
  void fail_all(const closed& why);
  /// To every subscriber; one may end while it is called.
  template <class Event, class... Values>
  void tell_all(Event event, const Values&... values);

  void received(std::string_view text);
  [[nodiscard]] bool is_lost(std::uint64_t id) const;
  void answered(const rpc_frame& frame, std::string_view text);
  void notified(const rpc_frame& frame, std::string_view text);
  void malformed(std::string reason, std::string_view text);

  void watch(duration after, void (rpc_session::*then)());
  void ask_whether_stale();
  void judge_stale();

  // Before what lives in it: destroyed last.
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  const chain_client_options options_;
  const rpc_url url_;
  const ports::clock& clock_;
  ports::random& random_;

  /// Guards running_: a request is either posted while run() still drains its queue, or fails at once.
  std::mutex mutex_;
  bool running_ = false;

  state state_ = state::waiting;
  std::vector<subscriber_ptr> subscribers_;
  std::shared_ptr<transport> transport_;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer sweep_timer_;
  boost::asio::steady_timer stale_timer_;
  unsigned failures_ = 0;
  monotonic_time up_since_{};

  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, pending> pending_;
  std::deque<std::pair<std::chrono::steady_clock::time_point, std::uint64_t>> deadlines_;

  unsigned unconfirmed_ = 0;
  std::string head_subscription_;
  /// Log subscriptions whose subscriber has ended: what still comes of them is no surprise.
  std::set<std::string> ended_subscriptions_;
  std::uint64_t last_head_ = 0;
  /// The head by eth_blockNumber that the subscription has not announced.
  std::uint64_t untold_head_ = 0;
};

}  // namespace hedgerow::evm
