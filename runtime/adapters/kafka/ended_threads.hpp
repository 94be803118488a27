// Threads that cannot be joined where they end: if a commit's callback holds the last reference to a member, the member
// ends on the very thread that it would have to join. The log joins them, so that none outlives what it uses.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace hedgerow::adapters {

/// Thread-safe.
class ended_threads {
 public:
  /// Set by a thread as the last thing that it does.
  using end_flag = std::shared_ptr<std::atomic<bool>>;

  ended_threads() = default;
  ended_threads(const ended_threads&) = delete;
  ended_threads& operator=(const ended_threads&) = delete;
  /// Waits for all of them.
  ~ended_threads();

  /// Takes over a thread that will end without further help.
  void keep(std::thread thread, end_flag ended);

 private:
  struct entry {
    std::thread thread;
    end_flag ended;
  };

  std::mutex mutex_;
  std::vector<entry> all_;
};

}  // namespace hedgerow::adapters
