// Brings a file's history into an empty log.
#pragma once

#include "runtime/transfer/export.hpp"

namespace hedgerow::transfer {

/// Whether a log was filled by an import, and whether that came to its end. Kept as the offset of a consumer group of
/// its own, so that any log can hold it.
enum class import_state : std::uint8_t { none, unfinished, finished };

[[nodiscard]] expected<import_state, std::string> import_state_of(ports::event_log& log);

/// What to do about an unfinished one, for people.
inline constexpr const char* unfinished_import =
    "an import into this log was not finished, so it holds a part of a history: remove the log (of the embedded log "
    "events.db, events.db-wal and events.db-shm in node.data_dir; of Kafka its topics and consumer groups), then "
    "import "
    "again";

struct import_plan {
  /// The file's records and committed offsets.
  manifest content;
  std::vector<group_offset> offsets;
};

/// Checks the whole file, and that the log can take it: empty, the same partition count. Errors are for people and say
/// what to do.
[[nodiscard]] expected<import_plan, std::string> plan_import(ports::event_log& log, const std::string& path);

struct import_result {
  /// What was read back from the log.
  manifest content;
  /// Records that the log has compacted away already.
  std::uint64_t compacted = 0;
  /// Committed offsets as they are now.
  std::vector<group_offset> offsets;
};

/// Writes the records, reads them back and compares, then sets the offsets of the groups so that each goes on where it
/// was. Until all that is done the log counts as unfinished: no node starts on it. No other process may use the log.
[[nodiscard]] expected<import_result, std::string> import_log(ports::event_log& log, const std::string& path,
                                                              const import_plan& plan, const progress& tell);

}  // namespace hedgerow::transfer
