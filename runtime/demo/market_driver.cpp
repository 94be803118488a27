#include "runtime/demo/market_driver.hpp"

#include <cmath>

namespace hedgerow::demo {
namespace {

/// The node is slower than the rate asked for: wait for it rather than fill its pool.
constexpr std::uint64_t most_unanswered = 256;

}  // namespace

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
  changed_.wait(lock, [this] { return unanswered_ == 0; });
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
    if (unanswered_ >= most_unanswered) {
      changed_.wait(lock);
      continue;
    }
    due += std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{1.0 / per_second_});
    if (due + std::chrono::seconds{1} < now) due = now;  // no burst after a stall
    ++unanswered_;
    ++stats_.sent;
    lock.unlock();
    send_one();
    lock.lock();
  }
}

void market_driver::send_one() {
  const auto action = orders_.next();
  rpc_.send_later(action.from, action.to, action.data, [this, fills = action.owner_fills](const auto& answer) {
    const std::lock_guard lock{mutex_};
    --unanswered_;
    if (answer) stats_.owner_fills += static_cast<std::uint64_t>(fills);
    else ++stats_.refused;
    changed_.notify_all();
  });
}

}  // namespace hedgerow::demo
