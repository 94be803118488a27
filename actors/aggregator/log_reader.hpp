// Reads the partitions that are projected, decodes their records and merges them by time. Not thread-safe.
#pragma once

#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/domain/projections/fold.hpp"
#include "actors/ports/event_log.hpp"
#include "actors/ports/projection_store.hpp"

namespace hedgerow::aggregator {

/// A record as it will be folded.
struct prepared {
  timestamp recorded_at;
  std::int64_t offset = 0;
  /// Nothing for a tombstone, and for a record that this build cannot read.
  std::optional<domain::projected_event> event;
  /// Why the record cannot be read; empty when it can.
  std::string undecodable;
};

struct prepared_records {
  std::int64_t next = 0;
  /// There is probably more.
  bool full = false;
  /// Why the log could not be read; empty when it could.
  std::string error;
  std::deque<prepared> records;
};

/// Records to be folded in one go.
struct turn {
  std::vector<domain::projected_event> events;
  std::vector<ports::offset_range> read;
  std::uint64_t records = 0;
  std::uint64_t undecodable = 0;
  /// Of the last record that cannot be read: topic and reason.
  std::string why_undecodable;
  [[nodiscard]] bool empty() const { return read.empty(); }
};

class log_reader {
 public:
  /// `batch_max` records of a partition are read at a time.
  log_reader(std::shared_ptr<ports::event_log> log, std::size_t batch_max);

  /// Reads from here on.
  void start_at(const ports::store_position& position);

  /// The next records, at most `most`, the oldest first: a rebuild folds in the order in which things happened. An
  /// empty turn: the end of the log. The error is for people.
  [[nodiscard]] expected<turn, std::string> next(std::size_t most);

 private:
  /// One partition that is followed.
  struct followed {
    topic_partition source;
    /// Of the first record that was not given out.
    std::int64_t given = 0;
    std::int64_t next = 0;
    /// Read and not yet given out.
    std::deque<prepared> ahead;
    /// The batch from `next` on, while it is being read.
    std::future<prepared_records> coming;
  };

  void read_ahead(followed& f);
  [[nodiscard]] expected<void, std::string> refill(followed& f);
  [[nodiscard]] followed* oldest();
  static void give(followed& f, turn& out);

  std::shared_ptr<ports::event_log> log_;
  std::size_t batch_max_;
  std::vector<followed> sources_;
};

}  // namespace hedgerow::aggregator
