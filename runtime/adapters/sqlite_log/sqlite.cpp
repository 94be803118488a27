#include "runtime/adapters/sqlite_log/sqlite.hpp"

#include <sqlite3.h>

namespace hedgerow::adapters::sqlite {

using ports::log_errc;
using ports::log_error;

namespace {

std::string name_of(sqlite3* db) {
  const char* file = sqlite3_db_filename(db, "main");
  return file == nullptr ? "" : file;
}

log_error sync_failed(sqlite3* db) {
  return {log_errc::timed_out, "event log " + name_of(db) +
                                   ": the disk refused a sync. Which of the newest records are there is only known "
                                   "when the file is opened again"};
}

log_error error_of(sqlite3* db, const char* doing) {
  if (db == nullptr) return {log_errc::io, std::string{doing} + ": out of memory"};
  if (sqlite3_extended_errcode(db) == SQLITE_IOERR_FSYNC) return sync_failed(db);
  return {log_errc::io, std::string{doing} + " " + name_of(db) + ": " + sqlite3_errmsg(db)};
}

}  // namespace

void statement::finalizer::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

// A failed bind leaves NULL, which NOT NULL columns refuse in step().
statement& statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(handle_.get(), index, value);
  return *this;
}
statement& statement::bind_text(int index, std::string_view text) {
  sqlite3_bind_text64(handle_.get(), index, text.data(), text.size(), nullptr, SQLITE_UTF8);
  return *this;
}
statement& statement::bind_blob(int index, std::string_view blob) {
  // A null pointer would bind NULL instead of an empty blob.
  sqlite3_bind_blob64(handle_.get(), index, blob.empty() ? "" : blob.data(), blob.size(), nullptr);
  return *this;
}
statement& statement::bind_null(int index) {
  sqlite3_bind_null(handle_.get(), index);
  return *this;
}

result<bool> statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  auto why = error_of(sqlite3_db_handle(handle_.get()), "event log");
  reset();
  return unexpected(std::move(why));
}

result<void> statement::run() {
  if (auto done = step(); !done) return unexpected(std::move(done.error()));
  reset();
  return {};
}

void statement::reset() { sqlite3_reset(handle_.get()); }
std::int64_t statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
std::string_view statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string_view{} : std::string_view{data, size};
}
bool statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

void connection::closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

result<connection> connection::open(const std::string& path, std::chrono::milliseconds busy) {
  return open_as(path, busy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

result<connection> connection::open_for_reading(const std::string& path, std::chrono::milliseconds busy) {
  return open_as(path, busy, SQLITE_OPEN_READONLY);
}

result<connection> connection::open_as(const std::string& path, std::chrono::milliseconds busy, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection opened;
  opened.handle_.reset(raw);
  if (code != SQLITE_OK)
    return unexpected(log_error{log_errc::io, "cannot open the event log " + path + ": " + sqlite3_errstr(code)});
  sqlite3_busy_timeout(raw, static_cast<int>(busy.count()));
  return opened;
}

result<void> connection::exec(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return unexpected(error_of(handle_.get(), "event log"));
}

result<statement> connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return unexpected(error_of(handle_.get(), "event log"));
  return statement{raw};
}

result<std::int64_t> connection::integer(std::string_view sql) {
  auto query = prepare(sql);
  if (!query) return unexpected(std::move(query.error()));
  auto row = query->step();
  if (!row) return unexpected(std::move(row.error()));
  if (!*row) return unexpected(log_error{log_errc::io, "event log: no row for " + std::string{sql}});
  return query->integer(0);
}

std::int64_t connection::changes() const { return sqlite3_changes64(handle_.get()); }

result<void> connection::checkpoint() {
  sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (sqlite3_extended_errcode(handle_.get()) == SQLITE_IOERR_FSYNC) return unexpected(sync_failed(handle_.get()));
  return {};
}

result<void> connection::sync_wal() {
  sqlite3_file* wal = nullptr;
  if (sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK || wal == nullptr ||
      wal->pMethods == nullptr)
    return unexpected(log_error{log_errc::io, "there is no write-ahead log"});
  if (wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL) != SQLITE_OK) return unexpected(sync_failed(handle_.get()));
  return {};
}

void connection::leave_wal_as_it_is() {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool connection::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

result<transaction> transaction::begin(connection& on) {
  if (auto done = on.exec("BEGIN IMMEDIATE"); !done) return unexpected(std::move(done.error()));
  return transaction{on};
}

transaction::~transaction() {
  if (on_ == nullptr || !on_->in_transaction()) return;
  // Fails only when SQLite has rolled back already.
  (void)on_->exec("ROLLBACK");
}

result<void> transaction::commit() {
  auto done = on_->exec("COMMIT");
  if (done) on_ = nullptr;
  return done;
}

}  // namespace hedgerow::adapters::sqlite
