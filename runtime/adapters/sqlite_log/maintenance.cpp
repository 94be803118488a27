#include <bit>

#include "runtime/adapters/memory_log/core/compaction.hpp"
#include "runtime/adapters/sqlite_log/engine.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;
using sqlite::batch_id;
using sqlite::result;

namespace {

/// Rows that one transaction deletes or rewrites: the writer waits for no more than that.
constexpr std::int64_t step_rows = 256;
/// A partition whose newest records have different keys is not read to its end.
constexpr std::size_t sample = 20000;

result<std::vector<batch_ptr>> next_rows(sqlite::connection& db, std::int64_t slot, std::int64_t from,
                                         std::int64_t end, const char* order) {
  auto query = db.prepare(std::string{"SELECT"} + sqlite::batch_columns +
                          "FROM batch WHERE id>=? AND id<? ORDER BY id " + order + " LIMIT ?");
  if (!query) return unexpected(std::move(query.error()));
  query->bind(1, batch_id(slot, from)).bind(2, batch_id(slot, end)).bind(3, step_rows);
  std::vector<batch_ptr> out;
  for (;;) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) return out;
    auto b = sqlite::read_batch(*query);
    if (!b) return unexpected(std::move(b.error()));
    out.push_back(std::move(*b));
  }
}

}  // namespace

expected<void, log_error> sqlite_engine::maintain(timestamp now) {
  const std::lock_guard lock{maintaining_};
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

/// The end must outlive the last batch. What is appended after it is left alone.
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

result<void> sqlite_engine::retain(sqlite::connection& db, topic_partition source, std::int64_t end,
                                   timestamp cutoff) {
  const auto slot = store_->slot(source);
  // In the order of offsets up to the first that is young enough, so that no hole opens when the clock was set back.
  auto last_old = db.prepare("SELECT coalesce((SELECT id FROM batch WHERE id>=?1 AND id<?2 AND recorded_at>=?3 "
                             "ORDER BY id LIMIT 1), ?4)");
  if (!last_old) return unexpected(std::move(last_old.error()));
  const auto end_id = batch_id(slot, end);
  auto row = last_old->bind(1, batch_id(slot, 0)).bind(2, end_id).bind(3, cutoff.us).bind(4, end_id).step();
  if (!row) return unexpected(std::move(row.error()));
  const auto keep_from = std::to_string(last_old->integer(0));
  last_old->reset();
  const auto first = std::to_string(batch_id(slot, 0));
  const auto offset = std::to_string(sqlite::offset_of(std::stoll(keep_from)));
  for (bool more = true; more;) {
    const std::lock_guard lock{store_->write_mutex()};
    auto tx = store_->begin_elsewhere(db);
    if (!tx) return unexpected(std::move(tx.error()));
    if (auto done = db.exec("DELETE FROM newest WHERE slot=" + std::to_string(slot) + " AND record_offset<" + offset);
        !done)
      return done;
    if (auto done = db.exec("DELETE FROM batch WHERE id IN (SELECT id FROM batch WHERE id>=" + first + " AND id<" +
                            keep_from + " ORDER BY id LIMIT " + std::to_string(step_rows) + ")");
        !done)
      return done;
    more = db.changes() == step_rows;
    const auto any = db.changes() > 0;
    if (auto done = tx->commit(); !done) return done;
    if (any) forget(source);
  }
  return {};
}

result<void> sqlite_engine::compact(sqlite::connection& db, topic_partition source, std::int64_t end,
                                    timestamp now) {
  const auto slot = store_->slot(source);
  {
    compaction newest_part{now};
    auto rows = next_rows(db, slot, 0, end, "DESC");
    if (!rows) return unexpected(std::move(rows.error()));
    for (const auto& b : *rows)
      if (!newest_part.see(*b)) return unexpected(log_error{log_errc::io, "event log: damaged batch"});
    if (newest_part.seen() >= sample && newest_part.all_unique()) return {};
  }
  compaction plan{now};
  for (std::int64_t from = 0;;) {
    auto rows = next_rows(db, slot, from, end, "ASC");
    if (!rows) return unexpected(std::move(rows.error()));
    if (rows->empty()) break;
    for (const auto& b : *rows)
      if (!plan.see(*b)) return unexpected(log_error{log_errc::io, "event log: damaged batch"});
    from = rows->back()->end;
  }
  if (!plan.worthwhile()) return {};
  for (std::int64_t from = 0;;) {
    auto rows = next_rows(db, slot, from, end, "ASC");
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
