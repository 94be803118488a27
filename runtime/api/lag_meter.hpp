// How many records each service has not handled yet. On Kafka that is a question to the broker for every partition, and
// each may wait for an open transaction, so it is asked on a thread of its own, when somebody wants to know.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

/// Consumer groups with their inputs.
using input_groups = std::vector<std::pair<std::string, std::vector<topic>>>;

/// Thread-safe.
class lag_meter {
 public:
  using answer = std::function<void(const known_lag&)>;

  lag_meter(std::shared_ptr<ports::event_log> log, input_groups groups);
  /// Waits for the question that is under way.
  ~lag_meter();
  lag_meter(const lag_meter&) = delete;
  lag_meter& operator=(const lag_meter&) = delete;

  /// Answers from the meter's thread, once, with what it found after this call; not at all when it is destroyed.
  void measure(answer done);
  /// What was found last.
  [[nodiscard]] known_lag latest() const;

 private:
  void work();
  [[nodiscard]] known_lag ask_log();
  [[nodiscard]] std::int64_t records_between(const std::string& group, topic_partition source, std::int64_t done,
                                             std::int64_t end);

  /// What was counted, and between which offsets.
  struct counted {
    std::int64_t done = 0;
    std::int64_t end = 0;
    std::int64_t records = 0;
  };

  std::shared_ptr<ports::event_log> log_;
  input_groups groups_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<answer> waiting_;
  known_lag latest_;
  bool stopping_ = false;
  /// Only the meter's thread.
  std::map<std::pair<std::string, topic_partition>, counted> counted_;
  std::thread thread_;
};

}  // namespace hedgerow::api
