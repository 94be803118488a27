// A market on a local chain, for showing and testing the whole of Hedgerow without anybody's money.
#pragma once

#include <memory>

#include "runtime/demo/anvil_process.hpp"
#include "runtime/demo/chain_audit.hpp"
#include "runtime/demo/market_driver.hpp"

namespace hedgerow::demo {

struct demo_world_options {
  /// Kept between runs: the chain's state, its log, the addresses of the contracts.
  std::filesystem::path data_dir;
  /// See default_anvil_path().
  std::filesystem::path anvil_path;
  /// 0 takes a free one.
  std::uint16_t anvil_port = 0;
  /// 0 makes a block per transaction.
  std::chrono::milliseconds block_time{1000};
  /// Blocks whose logs the chain still has; a reader that starts later than that misses fills. Not for a block per
  /// transaction, which keeps ten times as many.
  unsigned kept_blocks = 3600;
  /// Seed of the market's choices.
  std::uint64_t seed = 1;
  /// Transactions per second, of which about 85 in 100 fill one of the owner's orders against dollars.
  double fills_per_second = 4;
  std::vector<demo_symbol> symbols = default_symbols();

  [[nodiscard]] static std::vector<demo_symbol> default_symbols();
};

/// node_modules of deploy/demo below `source_dir`.
[[nodiscard]] std::filesystem::path default_anvil_path(const std::filesystem::path& source_dir);

/// start() and stop() are called from one thread; the others from any.
class demo_world {
 public:
  /// `clock` and `random` must outlive it. `progress` is called during start() and stop().
  demo_world(demo_world_options options, const ports::clock& clock, ports::random& random, progress_callback progress);
  /// Stops.
  ~demo_world();
  demo_world(const demo_world&) = delete;
  demo_world& operator=(const demo_world&) = delete;

  /// Starts the node and deploys what is missing; the market stands still until start_market().
  [[nodiscard]] expected<void, std::string> start();
  void start_market();
  void set_rate(double fills_per_second);
  /// No more transactions; returns when all that were sent are in a block.
  [[nodiscard]] expected<void, std::string> stop_market();
  /// Market first, then the node, whose state is on disk afterwards. Idempotent.
  void stop();

  /// After start().
  [[nodiscard]] const demo_addresses& addresses() const { return addresses_; }
  [[nodiscard]] std::string rpc_url() const;
  [[nodiscard]] market_stats stats() const;
  /// Base symbol to net shares of the owner, from contract storage.
  [[nodiscard]] expected<std::map<std::string, shares>, std::string> net_positions(
      std::optional<std::uint64_t> block = std::nullopt);
  [[nodiscard]] expected<std::uint64_t, std::string> block_number();
  [[nodiscard]] expected<std::uint64_t, std::string> owner_fills();
  /// Replaces the newest `depth` blocks by empty ones, as a reorg would.
  [[nodiscard]] expected<void, std::string> reorg(unsigned depth);
  /// Stops the node, and its connections with it, or lets it go on.
  void freeze(bool frozen);
  /// For demo commands beyond these; null before start().
  [[nodiscard]] anvil_rpc* rpc() { return rpc_.get(); }

 private:
  demo_world_options options_;
  const ports::clock& clock_;
  ports::random& random_;
  progress_callback progress_;
  std::unique_ptr<anvil_process> anvil_;
  std::unique_ptr<anvil_rpc> rpc_;
  demo_addresses addresses_;
  std::unique_ptr<market_driver> market_;
  market_stats final_stats_;
};

}  // namespace hedgerow::demo
