// How many records each service has not handled yet. On Kafka that takes several requests to brokers, so a thread of
// its own measures it all the time. Callers get the last result at once, and learn from it whether the log still
// answers.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::api {

/// Records of a partition that a group has not yet processed.
struct partition_lag {
  std::string group;
  topic_partition source;
  std::int64_t records = 0;
};

/// Null when it is not known.
using known_lag = std::shared_ptr<const std::vector<partition_lag>>;

struct lag_reading {
  /// Null before the first time, and while the log does not answer.
  known_lag lag;
  /// False when it has not answered for longer than the meter is patient. A start counts as an answer.
  bool log_answers = true;
};

struct lag_meter_options {
  /// From the end of a measurement to the next.
  std::chrono::milliseconds interval{1000};
  /// Longer than one question takes while all is well, and than a question that is lost.
  std::chrono::milliseconds patience{5000};
};

/// Thread-safe.
class lag_meter {
 public:
  /// `clock` must outlive it.
  lag_meter(std::shared_ptr<ports::event_log> log, ports::input_groups groups, const ports::clock* clock,
            lag_meter_options options = {});
  /// Waits for the question that is under way.
  ~lag_meter();
  lag_meter(const lag_meter&) = delete;
  lag_meter& operator=(const lag_meter&) = delete;

  /// Never waits for the log.
  [[nodiscard]] lag_reading latest() const;

 private:
  void work();
  /// False when the meter is to end.
  [[nodiscard]] bool goes_on() const;
  void answered();
  /// Null when the log does not answer: a part of it would look like all of it.
  [[nodiscard]] known_lag ask_log();
  [[nodiscard]] std::int64_t records_between(const ports::group_progress& one);

  /// The number that was counted, and the offsets between which it was counted.
  struct counted {
    std::int64_t next = 0;
    std::int64_t end = 0;
    std::int64_t records = 0;
  };

  std::shared_ptr<ports::event_log> log_;
  ports::input_groups groups_;
  const ports::clock* clock_;
  lag_meter_options options_;
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  known_lag latest_;
  monotonic_time answered_;
  bool stopping_ = false;
  /// Only the meter's thread.
  std::map<std::pair<std::string, topic_partition>, counted> counted_;
  std::thread thread_;
};

}  // namespace hedgerow::api
