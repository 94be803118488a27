#include "runtime/adapters/sqlite_log/schema.hpp"

#include <algorithm>
#include <bit>

namespace hedgerow::adapters::sqlite {

using ports::log_errc;
using ports::log_error;

namespace {

constexpr const char* tables = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE partition_slot(
  slot INTEGER PRIMARY KEY, topic TEXT NOT NULL, number INTEGER NOT NULL,
  end_offset INTEGER NOT NULL DEFAULT 0, folded INTEGER NOT NULL DEFAULT 0, UNIQUE(topic, number));
CREATE TABLE batch(
  id INTEGER PRIMARY KEY, end_offset INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
  checksum INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE group_offset(
  grp TEXT NOT NULL, slot INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY(grp, slot)) WITHOUT ROWID;
CREATE TABLE newest(
  slot INTEGER NOT NULL, key BLOB NOT NULL, record_offset INTEGER NOT NULL, recorded_at INTEGER NOT NULL,
  value BLOB NOT NULL, PRIMARY KEY(slot, key)) WITHOUT ROWID;
)sql";

result<void> create(connection& db, const sqlite_log_options& options) {
  if (auto done = db.exec(tables); !done) return done;
  return db.exec("INSERT INTO meta VALUES('schema_version'," + std::to_string(schema_version) +
                 "),('symbol_partitions'," + std::to_string(options.symbol_partitions) + "),('epoch',0)");
}

result<void> add_slots(connection& db, const log_layout& layout) {
  auto insert = db.prepare("INSERT OR IGNORE INTO partition_slot(topic, number) VALUES(?,?)");
  if (!insert) return unexpected(std::move(insert.error()));
  for (const auto& p : layout.all())
    if (auto done = insert->bind_text(1, to_string(p.topic)).bind(2, p.partition).run(); !done) return done;
  return {};
}

result<void> check(connection& db, const sqlite_log_options& options) {
  const auto version = db.integer("SELECT value FROM meta WHERE name='schema_version'");
  if (!version) return unexpected(version.error());
  if (*version > schema_version)
    return unexpected(log_error{log_errc::io, options.path + " has schema version " + std::to_string(*version) +
                                                  "; this program knows versions up to " +
                                                  std::to_string(schema_version) + ": use a newer program"});
  const auto count = db.integer("SELECT value FROM meta WHERE name='symbol_partitions'");
  if (!count) return unexpected(count.error());
  if (*count != options.symbol_partitions)
    return unexpected(
        log_error{log_errc::io,
                  options.path + " was made with " + std::to_string(*count) + " symbol partitions, not " +
                      std::to_string(options.symbol_partitions) +
                      ": a symbol would change its partition; set log.symbol_partitions = " + std::to_string(*count)});
  return {};
}

}  // namespace

result<connection> connect(const sqlite_log_options& options) {
  auto db = connection::open(options.path, options.busy_timeout);
  if (!db) return db;
  // The cache has room for the pages of a large transaction; twice as much is no faster.
  // Batches are megabytes when there is a backlog: four times fewer pages than by default are a fifth less time for the
  // writer and its kernel calls, and a small commit takes as long as before. A file keeps the size it was made with.
  // A commit is not synced by itself: store::sync() does it.
  if (auto done = db->exec("PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                           "PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY;"
                           "PRAGMA journal_size_limit=67108864");
      !done)
    return unexpected(std::move(done.error()));
  return db;
}

result<connection> connect_for_reading(const sqlite_log_options& options) {
  auto db = connection::open_for_reading(options.path, options.busy_timeout);
  if (!db) return db;
  // Readers go through the file from one end to the other, and what was just written comes from the recent batches in
  // memory.
  if (auto done = db->exec("PRAGMA query_only=1; PRAGMA cache_size=-2048; PRAGMA temp_store=MEMORY"); !done)
    return unexpected(std::move(done.error()));
  return db;
}

result<void> check_file(connection& db, const sqlite_log_options& options) {
  const auto known = db.integer("SELECT count(*) FROM sqlite_master WHERE name='meta'");
  if (!known) return unexpected(known.error());
  if (*known == 0)
    return unexpected(log_error{log_errc::io, options.path + " is not an event log, or a node is just making it"});
  return check(db, options);
}

result<void> prepare_file(connection& db, const sqlite_log_options& options) {
  auto tx = transaction::begin(db);
  if (!tx) return unexpected(std::move(tx.error()));
  const auto known = db.integer("SELECT count(*) FROM sqlite_master WHERE name='meta'");
  if (!known) return unexpected(known.error());
  if (auto done = *known == 0 ? create(db, options) : check(db, options); !done) return done;
  if (auto done = add_slots(db, log_layout{options.symbol_partitions}); !done) return done;
  return tx->commit();
}

result<std::int64_t> take_ownership(connection& db) {
  auto tx = transaction::begin(db);
  if (!tx) return unexpected(std::move(tx.error()));
  if (auto done = db.exec("UPDATE meta SET value=value+1 WHERE name='epoch'"); !done)
    return unexpected(std::move(done.error()));
  auto epoch = db.integer("SELECT value FROM meta WHERE name='epoch'");
  if (!epoch) return epoch;
  if (auto done = tx->commit(); !done) return unexpected(std::move(done.error()));
  return epoch;
}

result<std::vector<stored_partition>> load_partitions(connection& db, const log_layout& layout) {
  std::vector<stored_partition> out;
  for (const auto& p : layout.all()) {
    auto slot = db.prepare("SELECT slot, end_offset, folded FROM partition_slot WHERE topic=? AND number=?");
    if (!slot) return unexpected(std::move(slot.error()));
    auto row = slot->bind_text(1, to_string(p.topic)).bind(2, p.partition).step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) return unexpected(log_error{log_errc::io, "event log: a partition is missing in partition_slot"});
    auto& state = out.emplace_back(stored_partition{slot->integer(0), slot->integer(1), slot->integer(2), 0});
    auto last = db.prepare("SELECT end_offset FROM batch WHERE id>=? AND id<? ORDER BY id DESC LIMIT 1");
    if (!last) return unexpected(std::move(last.error()));
    row = last->bind(1, batch_id(state.slot, 0)).bind(2, batch_id(state.slot + 1, 0)).step();
    if (!row) return unexpected(std::move(row.error()));
    if (*row) state.end = std::max(state.end, last->integer(0));
    if (!folds(p.topic)) continue;
    auto bytes = db.prepare("SELECT coalesce(sum(length(body)),0) FROM batch WHERE id>=? AND id<?");
    if (!bytes) return unexpected(std::move(bytes.error()));
    row = bytes->bind(1, batch_id(state.slot, state.folded)).bind(2, batch_id(state.slot + 1, 0)).step();
    if (!row) return unexpected(std::move(row.error()));
    state.unfolded_bytes = bytes->integer(0);
  }
  return out;
}

result<std::vector<stored_offset>> load_offsets(connection& db, const log_layout& layout) {
  auto query = db.prepare("SELECT grp, topic, number, next FROM group_offset JOIN partition_slot USING(slot)");
  if (!query) return unexpected(std::move(query.error()));
  std::vector<stored_offset> out;
  for (;;) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) return out;
    const auto t = parse_topic(query->bytes(1));
    if (!t) continue;  // a topic that this program does not know
    const topic_partition source{*t, static_cast<std::uint32_t>(query->integer(2))};
    if (layout.contains(source)) out.push_back({std::string{query->bytes(0)}, source, query->integer(3)});
  }
}

result<batch_ptr> read_batch(const statement& query) {
  auto b = std::make_shared<log_batch_data>();
  b->base = offset_of(query.integer(0));
  b->end = query.integer(1);
  b->recorded_at = {query.integer(2)};
  b->body = query.bytes(4);
  if (checksum(b->body) != std::bit_cast<std::uint64_t>(query.integer(3)))
    return unexpected(log_error{log_errc::io, "event log: batch " + std::to_string(query.integer(0)) + " (offset " +
                                                  std::to_string(b->base) + ") is damaged"});
  return batch_ptr{std::move(b)};
}

}  // namespace hedgerow::adapters::sqlite
