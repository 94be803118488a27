#include "runtime/adapters/sqlite_log/store.hpp"

#include <sqlite3.h>

#include <bit>

#include "runtime/adapters/memory_log/core/compaction.hpp"

namespace hedgerow::adapters::sqlite {

using ports::log_errc;
using ports::log_error;

result<std::unique_ptr<store>> store::open(const sqlite_log_options& options, const log_layout& layout) {
  std::unique_ptr<store> made{new store{options, layout}};
  if (auto done = made->prepare(); !done) return unexpected(std::move(done.error()));
  return made;
}

store::~store() {
  if (stopped_) db_.leave_wal_as_it_is();
}

void store::stop_writing(const log_error& why) {
  const std::lock_guard lock{write_mutex_};
  if (!stopped_) stopped_ = why;
}

result<void> store::prepare() {
  auto db = connect(options_);
  if (!db) return unexpected(std::move(db.error()));
  db_ = std::move(*db);
  if (auto done = prepare_file(db_, options_); !done) return done;
  auto page_size = db_.integer("PRAGMA page_size");
  if (!page_size) return unexpected(std::move(page_size.error()));
  page_size_ = *page_size;
  auto epoch = take_ownership(db_);
  if (!epoch) return unexpected(std::move(epoch.error()));
  epoch_ = *epoch;
  auto partitions = load_partitions(db_, layout_);
  if (!partitions) return unexpected(std::move(partitions.error()));
  partitions_ = std::move(*partitions);
  auto offsets = load_offsets(db_, layout_);
  if (!offsets) return unexpected(std::move(offsets.error()));
  offsets_ = std::move(*offsets);
  const auto into = [this](statement& where, const char* sql) -> result<void> {
    auto made = db_.prepare(sql);
    if (!made) return unexpected(std::move(made.error()));
    where = std::move(*made);
    return {};
  };
  if (auto done = into(epoch_query_, "SELECT value FROM meta WHERE name='epoch'"); !done) return done;
  if (auto done = into(insert_batch_, "INSERT INTO batch VALUES(?,?,?,?,?)"); !done) return done;
  constexpr const char* put = "INSERT INTO group_offset VALUES(?,?,?) ON CONFLICT DO UPDATE SET next=excluded.next";
  if (auto done = into(put_offset_, put); !done) return done;
  const auto count_pages = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<store*>(self)->wal_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(db_.handle(), count_pages, this);
  // What a process that was killed has written is read from memory, and may be acted on before the first commit. After
  // a refused sync that may be all there is of it: copied into the file, it is written anew.
  if (auto done = db_.checkpoint(); !done) return done;
  return db_.sync_wal();
}

result<void> store::check_owner() {
  auto row = epoch_query_.step();
  if (!row) return unexpected(std::move(row.error()));
  const auto now = *row ? epoch_query_.integer(0) : -1;
  epoch_query_.reset();
  if (now == epoch_) return {};
  return unexpected(log_error{log_errc::fenced, "another process has taken over " + options_.path});
}

result<void> store::check_epoch(connection& on) const {
  const auto now = on.integer("SELECT value FROM meta WHERE name='epoch'");
  if (!now) return unexpected(now.error());
  if (*now == epoch_) return {};
  return unexpected(log_error{log_errc::fenced, "another process has taken over " + options_.path});
}

result<transaction> store::begin_elsewhere(connection& other) {
  if (stopped_) return unexpected(*stopped_);
  auto tx = transaction::begin(other);
  if (!tx) return tx;
  if (auto mine = check_epoch(other); !mine) return unexpected(std::move(mine.error()));
  return tx;
}

result<void> store::write(const new_batches& batches, const std::vector<commit_request>& requests) {
  const std::lock_guard lock{write_mutex_};
  if (stopped_) return unexpected(*stopped_);
  auto tx = transaction::begin(db_);
  if (!tx) return unexpected(std::move(tx.error()));
  if (auto mine = check_owner(); !mine) return mine;
  for (const auto& [index, b] : batches) {
    auto done = insert_batch_.bind(1, batch_id(partitions_[index].slot, b->base))
                    .bind(2, b->end)
                    .bind(3, b->recorded_at.us)
                    .bind(4, std::bit_cast<std::int64_t>(checksum(b->body)))
                    .bind_blob(5, b->body)
                    .run();
    if (!done) return done;
  }
  if (auto done = write_offsets(requests); !done) return done;
  if (auto done = tx->commit(); !done) return done;
  for (const auto& [index, b] : batches)
    if (folds(layout_.all()[index].topic)) {
      partitions_[index].unfolded_bytes += static_cast<std::int64_t>(b->body.size());
      partitions_[index].end = b->end;
    }
  return {};
}

result<void> store::sync() {
  if (options_.durability == log_durability::normal) return {};
  return db_.sync_wal();
}

result<void> store::write_offsets(const std::vector<commit_request>& requests) {
  // Of several transactions of a group, the newest offset counts.
  std::map<std::pair<std::string_view, std::size_t>, std::int64_t> newest;
  for (const auto& r : requests)
    if (!r.failure)
      for_each_offset(r, [&](const std::string& group, const input_offset& o) {
        newest[{group, layout_.index(o.from)}] = o.next;
      });
  for (const auto& [who, next] : newest) {
    auto done = put_offset_.bind_text(1, who.first).bind(2, partitions_[who.second].slot).bind(3, next).run();
    if (!done) return done;
  }
  return {};
}

result<void> store::fold_one() {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    if (partitions_[i].unfolded_bytes < options_.fold_bytes) continue;
    const auto done = fold(i);
    if (!done && done.error().code == log_errc::timed_out) return done;
    // Any other that fails is only late; it is tried again after as many bytes.
    if (!done) partitions_[i].unfolded_bytes = 0;
    return {};
  }
  return {};
}

result<void> store::fold(std::size_t index) {
  auto& state = partitions_[index];
  const std::lock_guard lock{write_mutex_};
  if (stopped_) return unexpected(*stopped_);
  auto tx = transaction::begin(db_);
  if (!tx) return unexpected(std::move(tx.error()));
  if (auto mine = check_owner(); !mine) return mine;
  auto query = db_.prepare(std::string{"SELECT"} + batch_columns + "FROM batch WHERE id>=? AND id<? ORDER BY id");
  if (!query) return unexpected(std::move(query.error()));
  query->bind(1, batch_id(state.slot, state.folded)).bind(2, batch_id(state.slot + 1, 0));
  changelog_view view;
  for (;;) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) break;
    auto b = read_batch(*query);
    if (!b) return unexpected(std::move(b.error()));
    if (!view.see(**b, layout_.all()[index])) return unexpected(log_error{log_errc::io, "event log: damaged batch"});
  }
  auto put = db_.prepare("INSERT OR REPLACE INTO newest VALUES(?,?,?,?,?)");
  auto remove = db_.prepare("DELETE FROM newest WHERE slot=? AND key=?");
  if (!put || !remove) return unexpected(log_error{log_errc::io, "event log: cannot prepare a fold"});
  for (const auto& [key, r] : view.newest()) {
    auto done = r.value ? put->bind(1, state.slot)
                              .bind_blob(2, key)
                              .bind(3, r.offset)
                              .bind(4, r.recorded_at.us)
                              .bind_blob(5, *r.value)
                              .run()
                        : remove->bind(1, state.slot).bind_blob(2, key).run();
    if (!done) return done;
  }
  auto mark = db_.prepare("UPDATE partition_slot SET folded=? WHERE slot=?");
  if (!mark) return unexpected(std::move(mark.error()));
  if (auto done = mark->bind(1, state.end).bind(2, state.slot).run(); !done) return done;
  if (auto done = tx->commit(); !done) return done;
  state.folded = state.end;
  state.unfolded_bytes = 0;
  return {};
}

result<void> store::checkpoint_beyond(std::int64_t bytes) {
  if (wal_pages_ * page_size_ <= bytes) return {};
  const std::lock_guard lock{write_mutex_};
  if (stopped_) return {};
  wal_pages_ = 0;
  return db_.checkpoint();
}

}  // namespace hedgerow::adapters::sqlite
