#include "runtime/demo/market_driver.hpp"

namespace hedgerow::demo {
market_driver::market_driver(anvil_rpc& rpc, const demo_addresses& world, std::uint64_t seed, double per_second)
    : rpc_{rpc}, orders_{world, seed}, per_second_{per_second}, thread_{[this] { run(); }} {}

market_driver::~market_driver() { stop(); }

void market_driver::set_rate(double per_second) {
  const std::lock_guard lock{mutex_};
  per_second_ = per_second;
  changed_.notify_all();
}

void market_driver::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return busy_.empty(); });
}

market_stats market_driver::stats() const {
  const std::lock_guard lock{mutex_};
  return stats_;
}

void market_driver::run() {
  using clock = std::chrono::steady_clock;
  auto due = clock::now();
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (!(per_second_ > 0)) {
      changed_.wait(lock);
      due = clock::now();
      continue;
    }
    const auto now = clock::now();
    if (now < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    due += std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{1.0 / per_second_});
    if (due + std::chrono::seconds{1} < now) due = now;  // no burst after a stall
    send_one(lock);
  }
}

/// anvil gives two transactions of one account that arrive together the same nonce and drops one: one at a time.
void market_driver::send_one(std::unique_lock<std::mutex>& lock) {
  const auto action = orders_.next();
  changed_.wait(lock, [&] { return !busy_.contains(action.from); });
  busy_.insert(action.from);
  ++stats_.sent;
  lock.unlock();
  rpc_.send_later(action.from, action.to, action.data,
                  [this, from = action.from, fills = action.owner_fills](const auto& answer) {
                    const std::lock_guard held{mutex_};
                    busy_.erase(from);
                    if (answer)
                      stats_.owner_fills += static_cast<std::uint64_t>(fills);
                    else
                      ++stats_.refused;
                    changed_.notify_all();
                  });
  lock.lock();
}

}  // namespace hedgerow::demo
