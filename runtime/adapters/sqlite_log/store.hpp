// The writing connection: groups of transactions, folds, and the check that this process still owns the file.
#pragma once

#include <mutex>
#include <optional>

#include "runtime/adapters/memory_log/core/log_base.hpp"
#include "runtime/adapters/sqlite_log/schema.hpp"

namespace hedgerow::adapters::sqlite {

class store {
 public:
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  ~store();
  /// Opens the file, makes it ready and takes ownership.
  [[nodiscard]] static result<std::unique_ptr<store>> open(const sqlite_log_options& options, const log_layout& layout);

  /// Writes all of it or nothing; a crash of the process does not undo it, a loss of power may until the next sync().
  /// log_errc::fenced: another process owns the file.
  [[nodiscard]] result<void> write(const new_batches& batches, const std::vector<commit_request>& requests);
  /// What was written survives a loss of power, when log_durability::full asks for it. Errors: connection::sync_wal().
  [[nodiscard]] result<void> sync();
  /// Folds one partition that has grown enough, if there is one. An error is that of a sync.
  [[nodiscard]] result<void> fold_one();
  /// Fails with log_errc::fenced when another process owns the file.
  [[nodiscard]] result<void> check_owner();
  /// Copies the write-ahead log into the file when it has grown beyond `bytes`. An error is that of a sync.
  [[nodiscard]] result<void> checkpoint_beyond(std::int64_t bytes);

  /// A sync was refused: nothing is written any more, and nothing is copied out of a write-ahead log that may have
  /// holes on the disk.
  void stop_writing(const ports::log_error& why);
  /// Begins a write transaction of another connection of this process; checks the owner.
  [[nodiscard]] result<transaction> begin_elsewhere(connection& other);
  /// Held by the writer, so that connections of this process do not wait in SQLite's busy handler.
  std::mutex& write_mutex() { return write_mutex_; }

  [[nodiscard]] const std::vector<stored_partition>& partitions() const { return partitions_; }
  [[nodiscard]] const std::vector<stored_offset>& offsets() const { return offsets_; }
  [[nodiscard]] std::int64_t slot(topic_partition p) const { return partitions_[layout_.index(p)].slot; }

 private:
  store(const sqlite_log_options& options, const log_layout& layout) : options_{options}, layout_{layout} {}
  [[nodiscard]] result<void> prepare();
  [[nodiscard]] result<void> fold(std::size_t index);
  [[nodiscard]] result<void> check_epoch(connection& on) const;
  [[nodiscard]] result<void> write_offsets(const std::vector<commit_request>& requests);

  sqlite_log_options options_;
  log_layout layout_;
  connection db_;
  std::int64_t epoch_ = 0;
  /// Slots never change; the rest belongs to the writer thread.
  std::vector<stored_partition> partitions_;
  std::vector<stored_offset> offsets_;
  statement epoch_query_;
  statement insert_batch_;
  statement put_offset_;
  std::mutex write_mutex_;
  /// Under write_mutex_.
  std::optional<ports::log_error> stopped_;
  std::int64_t page_size_ = 0;
  std::int64_t wal_pages_ = 0;
};

}  // namespace hedgerow::adapters::sqlite
