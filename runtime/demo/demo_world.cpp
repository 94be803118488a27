#include "runtime/demo/demo_world.hpp"

namespace hedgerow::demo {

std::vector<demo_symbol> demo_world_options::default_symbols() {
  return {{"AAPL0x", "AAPL", 22'950}, {"NVDAs1", "NVDA", 17'420}, {"tGME", "GME", 2'675},
          {"TSLA0x", "TSLA", 33'410}, {"MSFT0x", "MSFT", 50'725}, {"tAAPL", "AAPL", 22'950}};
}

std::filesystem::path default_anvil_path(const std::filesystem::path& source_dir) {
  return source_dir / "deploy/demo/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";
}

demo_world::demo_world(demo_world_options options, const ports::clock& clock, ports::random& random,
                       progress_callback progress)
    : options_{std::move(options)}, clock_{clock}, random_{random}, progress_{std::move(progress)} {
  if (!progress_) progress_ = [](const std::string&) {};
}

demo_world::~demo_world() { stop(); }

expected<void, std::string> demo_world::start() {
  if (options_.symbols.empty()) return unexpected(std::string{"symbols is empty; give at least one token"});
  progress_("Starting the local chain");
  anvil_options node;
  node.program = options_.anvil_path;
  node.data_dir = options_.data_dir;
  node.port = options_.anvil_port;
  node.block_time = options_.block_time;
  node.kept_blocks = options_.kept_blocks * (options_.block_time.count() == 0 ? 10 : 1);
  auto anvil = anvil_process::start(node);
  if (!anvil) return unexpected(std::move(anvil.error()));
  anvil_ = std::move(*anvil);
  auto rpc = anvil_rpc::connect(anvil_->url(), clock_, random_);
  if (!rpc) return unexpected(std::move(rpc.error()));
  rpc_ = std::move(*rpc);
  auto found = prepare_demo_chain(*rpc_, options_.data_dir, options_.symbols, progress_);
  if (!found) return unexpected(std::move(found.error()));
  addresses_ = std::move(*found);
  progress_("The local chain is ready at " + rpc_url());
  return {};
}

void demo_world::start_market() {
  // Another stretch of the stream after a restart, still derived from the seed and the chain alone.
  const auto fills = owner_fills();
  market_ = std::make_unique<market_driver>(*rpc_, addresses_, options_.seed + (fills ? *fills : 0),
                                            options_.fills_per_second);
}

void demo_world::set_rate(double fills_per_second) {
  if (market_) market_->set_rate(fills_per_second);
}

expected<void, std::string> demo_world::stop_market() {
  if (!market_) return {};
  market_->stop();
  final_stats_ = market_->stats();
  market_.reset();
  auto mined = rpc_->request("evm_mine", "[]");
  if (!mined) return unexpected(std::move(mined.error()));
  return {};
}

void demo_world::stop() {
  if (market_) {
    if (auto stopped = stop_market(); !stopped) progress_("The market did not end well: " + stopped.error());
  }
  rpc_.reset();
  if (anvil_) progress_("Stopping the local chain");
  anvil_.reset();
}

void demo_world::freeze(bool frozen) {
  if (anvil_) anvil_->freeze(frozen);
}

std::string demo_world::rpc_url() const { return anvil_ ? anvil_->url() : std::string{}; }

market_stats demo_world::stats() const { return market_ ? market_->stats() : final_stats_; }

expected<std::map<std::string, shares>, std::string> demo_world::net_positions(std::optional<std::uint64_t> block) {
  if (!rpc_) return unexpected(std::string{"the demo's chain is not running"});
  return read_net_positions(*rpc_, addresses_, block);
}

expected<std::uint64_t, std::string> demo_world::block_number() {
  if (!rpc_) return unexpected(std::string{"the demo's chain is not running"});
  return rpc_->block_number();
}

expected<std::uint64_t, std::string> demo_world::owner_fills() {
  if (!rpc_) return unexpected(std::string{"the demo's chain is not running"});
  return count_owner_fills(*rpc_, addresses_);
}

expected<void, std::string> demo_world::reorg(unsigned depth) {
  if (!rpc_) return unexpected(std::string{"the demo's chain is not running"});
  auto done = rpc_->request("anvil_reorg", "[" + std::to_string(depth) + ",[]]");
  if (!done) return unexpected(std::move(done.error()));
  return {};
}

}  // namespace hedgerow::demo
