// One thread that does jobs in the order of their time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace hedgerow::paper {

class work_queue {
 public:
  work_queue();
  /// Like stop().
  ~work_queue();
  work_queue(const work_queue&) = delete;
  work_queue& operator=(const work_queue&) = delete;

  /// From any thread, also from a job. Jobs that are due at the same time are done in the order of the calls. After
  /// stop() the job is dropped.
  void post(std::function<void()> job, std::chrono::milliseconds delay = {});
  /// Finishes the job at hand, drops the rest and joins the thread. Not from a job.
  void stop();

 private:
  void run();

  using clock = std::chrono::steady_clock;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<clock::time_point, std::function<void()>> jobs_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace hedgerow::paper
