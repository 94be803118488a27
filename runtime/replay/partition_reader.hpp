// One partition of the log from its beginning to where it ended when the reader was made.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "actors/ports/event_log.hpp"

namespace hedgerow::replay {

/// `position-updates/2`.
[[nodiscard]] std::string to_string(topic_partition p);
/// `position-updates/2@147`.
[[nodiscard]] std::string to_string(topic_partition p, std::int64_t offset);

class partition_reader {
 public:
  /// `log` must outlive the reader.
  partition_reader(ports::event_log& log, topic_partition source) : log_{&log}, source_{source} {}

  /// The next record, or nothing at the end. Offsets may have gaps, and the end may lie beyond the last record. The
  /// error is for people.
  [[nodiscard]] expected<std::optional<record>, std::string> next();
  /// As next(), without taking it. The pointer is valid until the next call.
  [[nodiscard]] expected<const record*, std::string> peek();
  [[nodiscard]] topic_partition source() const { return source_; }

 private:
  ports::event_log* log_;
  topic_partition source_;
  std::int64_t from_ = 0;
  /// What is appended while it reads is left out.
  std::optional<std::int64_t> end_;
  bool finished_ = false;
  std::deque<record> ahead_;
};

}  // namespace hedgerow::replay
