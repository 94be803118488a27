#include "runtime/adapters/memory_log/core/compaction.hpp"
#include "runtime/adapters/sqlite_log/schema.hpp"

namespace hedgerow::adapters::sqlite {

using ports::log_errc;
using ports::log_error;

namespace {

/// Bytes of batches that one load brings at most.
constexpr std::size_t load_bytes = 4U << 20U;

}  // namespace

result<std::vector<batch_ptr>> load_batches(connection& db, std::int64_t slot, std::int64_t from,
                                            std::size_t max_records) {
  // The first batch may begin before `from`.
  auto query = db.prepare(std::string{"SELECT"} + batch_columns +
                          "FROM batch WHERE id>=coalesce((SELECT id FROM batch WHERE id<=?1 AND id>=?2 "
                          "ORDER BY id DESC LIMIT 1),?1) AND id<?3 ORDER BY id");
  if (!query) return unexpected(std::move(query.error()));
  query->bind(1, batch_id(slot, from)).bind(2, batch_id(slot, 0)).bind(3, batch_id(slot + 1, 0));
  std::vector<batch_ptr> out;
  std::size_t bytes = 0;
  for (std::size_t records = 0; records < max_records && bytes < load_bytes;) {
    auto row = query->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) break;
    if (query->integer(1) <= from) continue;
    auto b = read_batch(*query);
    if (!b) return unexpected(std::move(b.error()));
    bytes += (*b)->body.size();
    records += static_cast<std::size_t>((*b)->end - std::max((*b)->base, from));
    out.push_back(std::move(*b));
  }
  return out;
}

result<std::vector<record>> load_changelog(connection& db, std::int64_t slot, topic_partition source) {
  const auto folded = db.integer("SELECT folded FROM partition_slot WHERE slot=" + std::to_string(slot));
  if (!folded) return unexpected(folded.error());
  changelog_view view;
  auto newest = db.prepare("SELECT key, record_offset, recorded_at, value FROM newest WHERE slot=?");
  if (!newest) return unexpected(std::move(newest.error()));
  newest->bind(1, slot);
  for (;;) {
    auto row = newest->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) break;
    view.see(record{source,
                    newest->integer(1),
                    {newest->integer(2)},
                    std::string{newest->bytes(0)},
                    std::string{newest->bytes(3)}});
  }
  auto rest = db.prepare(std::string{"SELECT"} + batch_columns + "FROM batch WHERE id>=? AND id<? ORDER BY id");
  if (!rest) return unexpected(std::move(rest.error()));
  rest->bind(1, batch_id(slot, *folded)).bind(2, batch_id(slot + 1, 0));
  for (;;) {
    auto row = rest->step();
    if (!row) return unexpected(std::move(row.error()));
    if (!*row) break;
    auto b = read_batch(*rest);
    if (!b) return unexpected(std::move(b.error()));
    if (!view.see(**b, source))
      return unexpected(log_error{log_errc::io, "event log: batch at offset " + std::to_string((*b)->base) + " of " +
                                                    std::string{to_string(source.topic)} + " is damaged"});
  }
  return view.take();
}

}  // namespace hedgerow::adapters::sqlite
