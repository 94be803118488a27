// SQLite with errors as values. A connection and its statements are used by one thread at a time. log_errc::timed_out
// is the error of a sync that the disk refused, whatever was being done.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/ports/event_log.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace hedgerow::adapters::sqlite {

template <class T>
using result = expected<T, ports::log_error>;

/// A prepared statement. A failed bind shows in the next step().
class statement {
 public:
  statement() = default;
  explicit statement(sqlite3_stmt* handle) : handle_{handle} {}

  statement& bind(int index, std::int64_t value);
  /// `text` and `blob` must live until the statement is reset.
  statement& bind_text(int index, std::string_view text);
  statement& bind_blob(int index, std::string_view blob);
  statement& bind_null(int index);

  /// True when there is a row; at the end and on errors the statement is reset.
  [[nodiscard]] result<bool> step();
  /// Runs a statement without rows, then resets it.
  [[nodiscard]] result<void> run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  /// Text or blob; valid until the next step.
  [[nodiscard]] std::string_view bytes(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct finalizer {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
};

class connection {
 public:
  connection() = default;
  /// Opens or creates; waits up to `busy` for locks of others.
  [[nodiscard]] static result<connection> open(const std::string& path, std::chrono::milliseconds busy);
  /// Opens an existing file without the right to write.
  [[nodiscard]] static result<connection> open_for_reading(const std::string& path, std::chrono::milliseconds busy);

  [[nodiscard]] result<void> exec(const std::string& sql);
  [[nodiscard]] result<statement> prepare(std::string_view sql);
  /// The first column of the first row.
  [[nodiscard]] result<std::int64_t> integer(std::string_view sql);
  /// Rows that the last statement changed.
  [[nodiscard]] std::int64_t changes() const;
  /// Moves what it can from the write-ahead log into the file, without waiting for readers. Whatever fails is done the
  /// next time, unless it was a sync (log_errc::timed_out).
  [[nodiscard]] result<void> checkpoint();
  /// Brings the write-ahead log to the disk. log_errc::timed_out: what was written may or may not be there, and a later
  /// sync that succeeds says nothing about it: the kernel has dropped what it could not write.
  [[nodiscard]] result<void> sync_wal();
  /// Its end copies nothing from the write-ahead log into the file.
  void leave_wal_as_it_is();
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct closer {
    void operator()(sqlite3* handle) const;
  };
  [[nodiscard]] static result<connection> open_as(const std::string& path, std::chrono::milliseconds busy, int flags);
  std::unique_ptr<sqlite3, closer> handle_;
};

/// BEGIN IMMEDIATE; rolled back unless committed.
class transaction {
 public:
  [[nodiscard]] static result<transaction> begin(connection& on);
  transaction(transaction&& other) noexcept : on_{other.on_} { other.on_ = nullptr; }
  transaction& operator=(transaction&&) = delete;
  ~transaction();
  /// log_errc::io: rolled back. log_errc::timed_out: a sync failed, see connection::sync_wal().
  [[nodiscard]] result<void> commit();

 private:
  explicit transaction(connection& on) : on_{&on} {}
  connection* on_;
};

}  // namespace hedgerow::adapters::sqlite
