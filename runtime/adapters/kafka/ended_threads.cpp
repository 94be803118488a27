#include "runtime/adapters/kafka/ended_threads.hpp"

#include <algorithm>

namespace hedgerow::adapters {

ended_threads::~ended_threads() {
  for (auto& e : all_) {
    // The log itself may end on one of these threads, when that holds the last reference.
    if (e.thread.get_id() == std::this_thread::get_id())
      e.thread.detach();
    else
      e.thread.join();
  }
}

void ended_threads::keep(std::thread thread, end_flag ended) {
  const std::lock_guard lock{mutex_};
  const auto over = std::partition(all_.begin(), all_.end(), [](const entry& e) { return !e.ended->load(); });
  for (auto it = over; it != all_.end(); ++it) it->thread.join();
  all_.erase(over, all_.end());
  all_.push_back({std::move(thread), std::move(ended)});
}

}  // namespace hedgerow::adapters
