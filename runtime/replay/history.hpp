// The events of several topics in one order that is the same for every run: by the time they were recorded, then by
// topic, partition and offset. The time is the one in the event, which survives an import into another log.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <variant>
#include <vector>

#include "messages/events/dead_letter.hpp"
#include "messages/events/envelope.hpp"
#include "messages/events/onchain_trade.hpp"
#include "messages/events/position_update.hpp"
#include "messages/events/schwab_execution.hpp"
#include "runtime/replay/partition_reader.hpp"

namespace hedgerow::replay {

/// The part of the history to read.
struct cut {
  /// Only what was recorded at this time or before.
  std::optional<timestamp> at;
  /// For these partitions, reads only records before the offset.
  std::map<topic_partition, std::int64_t> before;
};

/// A record that this build cannot read.
struct undecodable {
  std::string why;
};

struct told {
  topic_partition from;
  std::int64_t offset = 0;
  timestamp recorded_at;
  std::variant<undecodable, enveloped<onchain_trade>, enveloped<schwab_execution>, enveloped<position_update>,
               enveloped<dead_letter>>
      event;
};

/// Called with the number of records read so far, now and then.
using progress = std::function<void(std::uint64_t)>;

class history {
 public:
  /// Reads those of `topics` that hold one of the events above. `log` must outlive it.
  history(ports::event_log& log, const std::vector<topic>& topics, cut until, progress tell);

  /// The next event, or nothing at the end. The error is for people.
  [[nodiscard]] expected<std::optional<told>, std::string> next();
  [[nodiscard]] std::uint64_t records() const { return records_; }

 private:
  [[nodiscard]] expected<void, std::string> advance(std::size_t index);

  cut until_;
  progress tell_;
  std::uint64_t records_ = 0;
  bool started_ = false;
  std::vector<partition_reader> readers_;
  /// The next event of each partition.
  std::vector<std::optional<told>> heads_;
  std::set<std::tuple<timestamp, topic_partition, std::size_t>> order_;
};

}  // namespace hedgerow::replay
