// The embedded event log: one SQLite file, one process.
//
// Who owns the file. A live owner holds a lock on PATH.lock, which the kernel drops with the process. Opening waits
// `lock_wait` for it, then refuses and says what to do. With `takeover` it goes on without the lock, for an owner
// that is frozen. Either way opening raises the owner's epoch in the file, and every write transaction checks it: an
// owner that wakes up finds itself fenced, its commits and polls fail with log_errc::fenced.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "messages/types/log_policy.hpp"

namespace hedgerow::adapters {

enum class log_durability : std::uint8_t {
  full,    // a commit survives a power failure
  normal,  // a commit survives a crash of the process; the last ones may be lost with the machine
};

struct sqlite_log_options {
  /// The file; PATH-wal, PATH-shm and PATH.lock lie next to it.
  std::string path;
  /// Partitions of every topic by symbol; fixed when the file is made.
  std::uint32_t symbol_partitions = log_policy{}.symbol_partitions;
  log_durability durability = log_durability::full;
  /// How long the writer waits for further transactions. Zero: those that queued up during the last sync share one.
  std::chrono::microseconds group_window{0};
  /// Transactions, and bytes of records, that share one sync at most.
  std::size_t group_max = 256;
  std::size_t group_bytes = 8U << 20U;
  /// Newest batches kept in memory for consumers.
  std::size_t tail_bytes = 8U << 20U;
  /// A compacted partition is folded into its newest records whenever it has grown by this much; bounds the time of
  /// changelog().
  std::int64_t fold_bytes = 16 << 20;
  /// How long to wait for a live owner to let go.
  std::chrono::milliseconds lock_wait{2000};
  /// Open although another process holds the lock, and fence it. For an owner that hangs.
  bool takeover = false;
  /// How long a statement waits for a lock of another connection.
  std::chrono::milliseconds busy_timeout{5000};
};

/// Opens or makes the file. `clock` must outlive the log and its members.
[[nodiscard]] expected<std::shared_ptr<ports::event_log>, ports::log_error> open_sqlite_log(sqlite_log_options options,
                                                                                            const ports::clock& clock);

/// The log as it is committed at this moment, for reading only; later commits are not seen. Takes no ownership
/// and no lock: the owner goes on, except that its write-ahead log cannot be emptied beyond this moment while the
/// snapshot lives. join() and maintain() fail. Thread-safe.
[[nodiscard]] expected<std::shared_ptr<ports::event_log>, ports::log_error> read_sqlite_log(sqlite_log_options options);

}  // namespace hedgerow::adapters
