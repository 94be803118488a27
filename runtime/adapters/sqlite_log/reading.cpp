#include "runtime/adapters/sqlite_log/engine.hpp"

namespace hedgerow::adapters {

using ports::log_error;

sqlite::result<sqlite::connection> sqlite_engine::borrow() {
  {
    const std::lock_guard lock{readers_mutex_};
    if (!readers_.empty()) {
      auto reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  return sqlite::connect(options_);
}

void sqlite_engine::give_back(sqlite::connection reader) {
  constexpr std::size_t kept = 4;
  const std::lock_guard lock{readers_mutex_};
  if (readers_.size() < kept) readers_.push_back(std::move(reader));
}

expected<std::vector<batch_ptr>, log_error> sqlite_engine::load(topic_partition source, std::int64_t from,
                                                                std::size_t max_records) {
  auto db = borrow();
  if (!db) return unexpected(std::move(db.error()));
  auto out = sqlite::load_batches(*db, store_->slot(source), from, max_records);
  if (out) give_back(std::move(*db));
  return out;
}

expected<std::vector<record>, log_error> sqlite_engine::changelog(topic_partition source) {
  if (!layout_.contains(source)) return unexpected(no_such_partition(source));
  auto db = borrow();
  if (!db) return unexpected(std::move(db.error()));
  // One view of the file: a fold in between would otherwise be seen by half.
  if (auto begun = db->exec("BEGIN"); !begun) return unexpected(std::move(begun.error()));
  auto out = sqlite::load_changelog(*db, store_->slot(source), source);
  if (auto ended = db->exec("ROLLBACK"); !ended) return unexpected(std::move(ended.error()));
  give_back(std::move(*db));
  return out;
}

}  // namespace hedgerow::adapters
