// A record of the event log and what is written to it: what bridges, entities and the log port exchange.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/payload.hpp"
#include "messages/events/topics.hpp"
#include "messages/types/time.hpp"

namespace hedgerow {

struct topic_partition {
  hedgerow::topic topic{};
  std::uint32_t partition = 0;
  friend auto operator<=>(const topic_partition&, const topic_partition&) = default;
};

/// A committed record. Offsets of a partition ascend, with gaps after compaction or retention.
struct record {
  topic_partition from;
  std::int64_t offset = 0;
  /// When it was appended.
  timestamp recorded_at;
  std::string key;
  /// nullopt is a tombstone, which deletes the key in a compacted topic.
  std::optional<payload> value;
};

/// A record to append.
struct outgoing {
  topic_partition to;
  std::string key;
  std::optional<std::string> value;
};

/// `next` is the offset of the first record that has not been processed.
struct input_offset {
  topic_partition from;
  std::int64_t next = 0;
};

/// What a consumer has processed, lent to a transaction of another one of the same log (ports::log_member::lend). It
/// has no functions: only the log that made it knows its content.
class lent_offsets {
 public:
  lent_offsets() = default;
  virtual ~lent_offsets() = default;
  lent_offsets(const lent_offsets&) = delete;
  lent_offsets& operator=(const lent_offsets&) = delete;
};

/// All of it becomes visible and durable, or none of it.
struct log_transaction {
  std::vector<outgoing> records;
  std::vector<input_offset> offsets;
  /// Partitions that these records rest on being owned, beside those of `offsets`: what an entity writes on its own, it
  /// may write only as long as its partition is there. Of topics that are inputs of the member.
  std::vector<topic_partition> owned{};
  /// Offsets that members lent, mostly others, and that move with it.
  std::vector<std::shared_ptr<lent_offsets>> lent{};
};

}  // namespace hedgerow
