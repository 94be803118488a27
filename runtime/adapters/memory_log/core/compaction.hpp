// Which records of a compacted topic may go. Offsets stay what they are.
#pragma once

#include <unordered_map>

#include "runtime/adapters/memory_log/core/batch.hpp"

namespace hedgerow::adapters {

/// How long the tombstone that deleted a key stays readable, so that followers learn of it (as Kafka's
/// delete.retention.ms).
inline constexpr std::chrono::hours tombstone_age{24};

/// Collects the newest offset of each key of one partition, then returns the rest of each batch.
class compaction {
 public:
  /// Records from the offset `unread` on stay: some consumer has yet to read them.
  explicit compaction(timestamp now, std::int64_t unread) : tombstones_before_{now - tombstone_age}, unread_{unread} {}

  /// In ascending order of offsets, unless only all_unique() is asked. False when the batch is damaged.
  [[nodiscard]] bool see(const log_batch_data& batch);
  /// Enough would go to be worth rewriting.
  [[nodiscard]] bool worthwhile() const { return superseded_ + old_tombstones_ > seen_ / 10; }
  /// All keys seen so far were different and nothing was deleted.
  [[nodiscard]] bool all_unique() const { return seen_ == newest_.size() && tombstones_ == 0; }
  [[nodiscard]] std::size_t seen() const { return seen_; }

  /// The batch itself when all of it stays, nothing when none does. Only after all batches were seen.
  [[nodiscard]] batch_ptr rewrite(const batch_ptr& batch) const;

 private:
  [[nodiscard]] bool keeps(const record_view& r, timestamp recorded_at) const;

  timestamp tombstones_before_;
  std::int64_t unread_;
  std::unordered_map<std::string, std::int64_t> newest_;
  /// Counted among the records that every consumer has read.
  std::size_t superseded_ = 0;
  std::size_t seen_ = 0;
  std::size_t tombstones_ = 0;
  std::size_t old_tombstones_ = 0;
};

/// The newest record of each key, by offset; tombstones left out.
class changelog_view {
 public:
  /// In ascending order of offsets. False when the batch is damaged.
  [[nodiscard]] bool see(const log_batch_data& batch, topic_partition source);
  void see(record r);
  [[nodiscard]] std::vector<record> take();
  /// Key -> newest record, with tombstones.
  [[nodiscard]] const std::unordered_map<std::string, record>& newest() const { return newest_; }

 private:
  std::unordered_map<std::string, record> newest_;
};

}  // namespace hedgerow::adapters
