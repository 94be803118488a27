// Keeps the demo's market moving from a thread of its own.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "runtime/demo/anvil_rpc.hpp"
#include "runtime/demo/market_orders.hpp"

namespace hedgerow::demo {

struct market_stats {
  std::uint64_t sent = 0;
  /// The node refused them; they never were in a block.
  std::uint64_t refused = 0;
  /// Fills of the owner's orders in what the node took, whether they concern the hedge or not.
  std::uint64_t owner_fills = 0;
};

class market_driver {
 public:
  /// `per_second` transactions, evenly spaced; 0 stands still until set_rate(). `rpc` must outlive the driver.
  market_driver(anvil_rpc& rpc, const demo_addresses& world, std::uint64_t seed, double per_second);
  /// Stops.
  ~market_driver();
  market_driver(const market_driver&) = delete;
  market_driver& operator=(const market_driver&) = delete;

  void set_rate(double per_second);
  /// Sends nothing more, and returns when the node has answered for all that was sent. Idempotent.
  void stop();
  [[nodiscard]] market_stats stats() const;

 private:
  void run();
  void send_one(std::unique_lock<std::mutex>& lock);

  anvil_rpc& rpc_;
  market_orders orders_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  double per_second_;
  bool stopping_ = false;
  /// Accounts whose transaction the node has not answered for.
  std::set<address> busy_;
  market_stats stats_;
  std::thread thread_;
};

}  // namespace hedgerow::demo
