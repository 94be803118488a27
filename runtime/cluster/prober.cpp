#include "runtime/cluster/prober.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace hedgerow::cluster {
namespace {

constexpr std::chrono::milliseconds end_limit{1'500};

}  // namespace

struct prober::shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::pair<endpoint, answer>> queue;
  bool closed = false;
  bool ended = false;
};

prober::prober() : state_{std::make_shared<shared>()} {
  // The thread owns a share of what it touches, so that it may end later than everything else.
  std::thread{[state = state_] {
    std::unique_lock lock{state->mutex};
    for (;;) {
      state->changed.wait(lock, [&] { return state->closed || !state->queue.empty(); });
      if (state->closed) break;
      auto [where, done] = std::move(state->queue.front());
      state->queue.pop_front();
      lock.unlock();
      const auto result = probe_tcp(where.host, where.port, probe_limit);
      lock.lock();
      if (!state->closed) done(result);
    }
    state->queue.clear();
    state->ended = true;
    state->changed.notify_all();
  }}.detach();
}

prober::~prober() {
  std::unique_lock lock{state_->mutex};
  state_->closed = true;
  state_->queue.clear();
  state_->changed.notify_all();
  state_->changed.wait_for(lock, end_limit, [&] { return state_->ended; });
}

void prober::probe(endpoint where, answer done) {
  const std::scoped_lock lock{state_->mutex};
  state_->queue.emplace_back(std::move(where), std::move(done));
  state_->changed.notify_all();
}

}  // namespace hedgerow::cluster
