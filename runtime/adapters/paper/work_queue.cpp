#include "runtime/adapters/paper/work_queue.hpp"

namespace hedgerow::paper {

work_queue::work_queue() : thread_{[this] { run(); }} {}

work_queue::~work_queue() { stop(); }

void work_queue::post(std::function<void()> job, std::chrono::milliseconds delay) {
  const std::lock_guard lock{mutex_};
  if (stopped_) return;
  jobs_.emplace(clock::now() + delay, std::move(job));
  changed_.notify_one();
}

void work_queue::stop() {
  decltype(jobs_) dropped;
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    // Destroyed outside the lock: a job's captures may call back.
    dropped.swap(jobs_);
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void work_queue::run() {
  std::unique_lock lock{mutex_};
  while (!stopped_) {
    if (jobs_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto due = jobs_.begin()->first;
    if (clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    {
      const auto job = std::move(jobs_.extract(jobs_.begin()).mapped());
      lock.unlock();
      job();
    }
    lock.lock();
  }
}

}  // namespace hedgerow::paper
