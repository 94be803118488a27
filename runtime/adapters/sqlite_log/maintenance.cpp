#include <bit>
#include <utility>

#include "runtime/adapters/memory_log/core/compaction.hpp"
#include "runtime/adapters/sqlite_log/engine.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;
using sqlite::batch_id;
using sqlite::result;

namespace {

/// Rows, and about how many bytes of them, that one transaction deletes or rewrites: the writer waits for no more.
constexpr std::int64_t step_rows = 4096;
constexpr std::size_t step_bytes = 2U << 20U;
/// A partition whose newest records have different keys is not read to its end.
constexpr std::size_t sample = 20000;

/// The next rows of [from, end), up to `step_bytes`; in descending order up to `sample` records.
result<std::vector<batch_ptr>> next_rows(sqlite::connection& db, std::int64_t slot, std::int64_t from, std::int64_t end,
                                         bool descending = false) {
  auto query = db.prepare(std::string{"SELECT"} + sqlite::batch_columns +
                          "FROM batch WHERE id>=? AND id<? ORDER BY id " + (descending ? "DESC" : "ASC") + " LIMIT ?");
  if (!query) return unexpected(std::move(query.error()));
  query->bind(1, batch_id(slot, from)).bind(2, batch_id(slot, end)).bind(3, step_rows);
  std::vector<batch_ptr> out;
  std::size_t size = 0;
  while (size < (descending ? sample : step_bytes)) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) return out;
    auto b = sqlite::read_batch(*query);
    if (!b) return unexpected(std::move(b.error()));
    size += descending ? static_cast<std::size_t>((*b)->end - (*b)->base) : (*b)->body.size();
    out.push_back(std::move(*b));
  }
  return out;
}

/// Where to stop between two ids so that one transaction stays small.
result<std::int64_t> step_end(sqlite::connection& db, std::int64_t from, std::int64_t end) {
  auto query = db.prepare("SELECT id, length(body) FROM batch WHERE id>=? AND id<? ORDER BY id LIMIT ?");
  if (!query) return unexpected(std::move(query.error()));
  query->bind(1, from).bind(2, end).bind(3, step_rows);
  std::int64_t rows = 0;
  for (std::int64_t bytes = 0;; ++rows) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) return rows < step_rows ? end : from;
    if (rows > 0 && std::cmp_greater(bytes, step_bytes)) return query->integer(0);
    bytes += query->integer(1);
    from = query->integer(0) + 1;
  }
}

}  // namespace

expected<void, log_error> sqlite_engine::maintain(timestamp now) {
  const std::lock_guard lock{maintaining_};
  auto done = maintain_all(now);
  look_at(done);
  return done;
}

expected<void, log_error> sqlite_engine::maintain_all(timestamp now) {
  auto db = borrow();
  if (!db) return unexpected(std::move(db.error()));
  for (const auto source : layout_.all()) {
    const auto& spec = spec_of(source.topic);
    if (!spec.retention && !spec.compacted) continue;
    const auto end = save_end(*db, source);
    if (!end) return unexpected(end.error());
    if (spec.retention)
      if (auto done = retain(*db, source, *end, now - *spec.retention); !done) return done;
    if (spec.compacted)
      if (auto done = compact(*db, source, *end, now); !done) return done;
  }
  give_back(std::move(*db));
  return {};
}

/// The end must outlive the last batch. Records appended after it are left alone.
result<std::int64_t> sqlite_engine::save_end(sqlite::connection& db, topic_partition source) {
  const auto end = end_of(layout_.index(source));
  const std::lock_guard lock{store_->write_mutex()};
  auto tx = store_->begin_elsewhere(db);
  if (!tx) return unexpected(std::move(tx.error()));
  if (auto done = db.exec("UPDATE partition_slot SET end_offset=" + std::to_string(end) + " WHERE slot=" +
                          std::to_string(store_->slot(source)) + " AND end_offset<" + std::to_string(end));
      !done)
    return unexpected(std::move(done.error()));
  if (auto done = tx->commit(); !done) return unexpected(std::move(done.error()));
  return end;
}

result<void> sqlite_engine::retain(sqlite::connection& db, topic_partition source, std::int64_t end, timestamp cutoff) {
  const auto slot = store_->slot(source);
  // In the order of offsets up to the first that is young enough, so that no hole opens when the clock was set back; or
  // up to the first that a consumer has not read.
  auto last_old = db.prepare(
      "SELECT coalesce((SELECT id FROM batch WHERE id>=?1 AND id<?2 AND "
      "(recorded_at>=?3 OR end_offset>?5) ORDER BY id LIMIT 1), ?4)");
  if (!last_old) return unexpected(std::move(last_old.error()));
  const auto end_id = batch_id(slot, end);
  last_old->bind(1, batch_id(slot, 0)).bind(2, end_id).bind(3, cutoff.us).bind(4, end_id).bind(5, first_unread(source));
  auto row = last_old->step();
  if (!row) return unexpected(std::move(row.error()));
  const auto keep_from = last_old->integer(0);
  last_old->reset();
  for (auto from = batch_id(slot, 0); from < keep_from;) {
    const auto until = step_end(db, from, keep_from);
    if (!until) return unexpected(until.error());
    const std::lock_guard lock{store_->write_mutex()};
    auto tx = store_->begin_elsewhere(db);
    if (!tx) return unexpected(std::move(tx.error()));
    if (auto done = db.exec("DELETE FROM newest WHERE slot=" + std::to_string(slot) + " AND record_offset<" +
                            std::to_string(sqlite::offset_of(*until)));
        !done)
      return done;
    if (auto done =
            db.exec("DELETE FROM batch WHERE id>=" + std::to_string(from) + " AND id<" + std::to_string(*until));
        !done)
      return done;
    const auto any = db.changes() > 0;
    if (auto done = tx->commit(); !done) return done;
    if (any) forget(source);
    from = *until;
  }
  return {};
}

result<void> sqlite_engine::compact(sqlite::connection& db, topic_partition source, std::int64_t end, timestamp now) {
  const auto slot = store_->slot(source);
  const auto unread = first_unread(source);
  {
    compaction newest_part{now, unread};
    auto rows = next_rows(db, slot, 0, end, true);
    if (!rows) return unexpected(std::move(rows.error()));
    for (const auto& b : *rows)
      if (!newest_part.see(*b)) return unexpected(log_error{log_errc::io, "event log: damaged batch"});
    const bool enough = newest_part.seen() >= sample || std::cmp_equal(rows->size(), step_rows);
    if (enough && newest_part.all_unique()) return {};
  }
  compaction plan{now, unread};
  for (std::int64_t from = 0;;) {
    auto rows = next_rows(db, slot, from, end);
    if (!rows) return unexpected(std::move(rows.error()));
    if (rows->empty()) break;
    for (const auto& b : *rows)
      if (!plan.see(*b)) return unexpected(log_error{log_errc::io, "event log: damaged batch"});
    from = rows->back()->end;
  }
  if (!plan.worthwhile()) return {};
  for (std::int64_t from = 0;;) {
    auto rows = next_rows(db, slot, from, end);
    if (!rows) return unexpected(std::move(rows.error()));
    if (rows->empty()) break;
    from = rows->back()->end;
    std::vector<std::pair<batch_ptr, batch_ptr>> changes;
    for (const auto& b : *rows)
      if (auto left = plan.rewrite(b); left != b) changes.emplace_back(b, std::move(left));
    if (auto done = store_rewritten(db, slot, changes); !done) return done;
  }
  forget(source);
  return {};
}

result<void> sqlite_engine::store_rewritten(sqlite::connection& db, std::int64_t slot,
                                            const std::vector<std::pair<batch_ptr, batch_ptr>>& changes) {
  if (changes.empty()) return {};
  const std::lock_guard lock{store_->write_mutex()};
  auto tx = store_->begin_elsewhere(db);
  if (!tx) return unexpected(std::move(tx.error()));
  auto remove = db.prepare("DELETE FROM batch WHERE id=?");
  if (!remove) return unexpected(std::move(remove.error()));
  auto update = db.prepare("UPDATE batch SET checksum=?, body=? WHERE id=?");
  if (!update) return unexpected(std::move(update.error()));
  for (const auto& [before, after] : changes) {
    const auto id = batch_id(slot, before->base);
    auto done = after ? update->bind(1, std::bit_cast<std::int64_t>(checksum(after->body)))
                            .bind_blob(2, after->body)
                            .bind(3, id)
                            .run()
                      : remove->bind(1, id).run();
    if (!done) return done;
  }
  return tx->commit();
}

}  // namespace hedgerow::adapters
