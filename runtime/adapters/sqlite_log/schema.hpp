// The tables of the event log's file, and how a file is taken into possession.
//
//   meta            schema version, partition count, owner's epoch
//   partition_slot  a number for each partition of each topic, by name: the order of the enum may change
//   batch           one row per run of records; id = slot << 44 | first offset, so a partition is one range of ids
//   group_offset    the next offset of each group
//   newest          the newest record of each key of a compacted topic, up to partition_slot.folded
#pragma once

#include <vector>

#include "runtime/adapters/memory_log/core/batch.hpp"
#include "runtime/adapters/memory_log/core/layout.hpp"
#include "runtime/adapters/sqlite_log/sqlite.hpp"
#include "runtime/adapters/sqlite_log/sqlite_log.hpp"

namespace hedgerow::adapters::sqlite {

inline constexpr std::int64_t schema_version = 1;
inline constexpr unsigned offset_bits = 44;

/// The state of one partition when the file is opened.
struct stored_partition {
  std::int64_t slot = 0;
  std::int64_t end = 0;
  /// Offsets below are in `newest`; only for topics that fold.
  std::int64_t folded = 0;
  /// Bytes of batches that are not folded.
  std::int64_t unfolded_bytes = 0;
};

struct stored_offset {
  std::string group;
  topic_partition source;
  std::int64_t next = 0;
};

[[nodiscard]] inline std::int64_t batch_id(std::int64_t slot, std::int64_t offset) {
  return (slot << offset_bits) + offset;
}
[[nodiscard]] inline std::int64_t offset_of(std::int64_t id) { return id & ((std::int64_t{1} << offset_bits) - 1); }

/// The newest records of this topic are kept apart for a fast start. blockchain-events are not: their keys are unique.
[[nodiscard]] inline bool folds(topic t) { return spec_of(t).compacted && t != topic::blockchain_events; }

/// A connection with the pragmas that every connection to the file needs.
[[nodiscard]] result<connection> connect(const sqlite_log_options& options);
/// One that writes nothing and asks for nothing: for looking at a file that another process owns.
[[nodiscard]] result<connection> connect_for_reading(const sqlite_log_options& options);
/// Refuses files without tables, of a newer schema, or with another partition count.
[[nodiscard]] result<void> check_file(connection& db, const sqlite_log_options& options);
/// Makes the tables of a new file; refuses files of a newer schema or another partition count.
[[nodiscard]] result<void> prepare_file(connection& db, const sqlite_log_options& options);
/// Becomes the owner: the epoch that fences all earlier owners.
[[nodiscard]] result<std::int64_t> take_ownership(connection& db);
/// In the order of the layout.
[[nodiscard]] result<std::vector<stored_partition>> load_partitions(connection& db, const log_layout& layout);
[[nodiscard]] result<std::vector<stored_offset>> load_offsets(connection& db, const log_layout& layout);

/// Columns of a batch, in the order in which read_batch() expects them.
inline constexpr const char* batch_columns = " id, end_offset, recorded_at, checksum, body ";
/// The row that `query` stands on; an error when it is damaged.
[[nodiscard]] result<batch_ptr> read_batch(const statement& query);
/// Batches that hold records from `from` on, in order; nothing when there are none. (batch_queries.cpp)
[[nodiscard]] result<std::vector<batch_ptr>> load_batches(connection& db, std::int64_t slot, std::int64_t from,
                                                          std::size_t max_records);
/// The newest record of each key, tombstones left out. `db` must be in a transaction. (batch_queries.cpp)
[[nodiscard]] result<std::vector<record>> load_changelog(connection& db, std::int64_t slot, topic_partition source);

}  // namespace hedgerow::adapters::sqlite
