// The event log as it was committed at one moment, for replay and export.
#include <mutex>

#include "messages/types/check.hpp"
#include "runtime/adapters/sqlite_log/schema.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

/// One connection inside one read transaction: SQLite's write-ahead log lets the owner go on writing meanwhile.
class sqlite_snapshot final : public ports::event_log {
 public:
  explicit sqlite_snapshot(sqlite_log_options options)
      : options_{std::move(options)}, layout_{options_.symbol_partitions} {}

  [[nodiscard]] sqlite::result<void> open() {
    auto db = sqlite::connect_for_reading(options_);
    if (!db) return unexpected(std::move(db.error()));
    db_ = std::move(*db);
    // Everything that is read from now on is of the moment of the first read.
    if (auto begun = db_.exec("BEGIN"); !begun) return begun;
    if (auto fits = sqlite::check_file(db_, options_); !fits) return fits;
    auto partitions = sqlite::load_partitions(db_, layout_);
    if (!partitions) return unexpected(std::move(partitions.error()));
    partitions_ = std::move(*partitions);
    auto offsets = sqlite::load_offsets(db_, layout_);
    if (!offsets) return unexpected(std::move(offsets.error()));
    offsets_ = std::move(*offsets);
    return {};
  }

  [[nodiscard]] std::uint32_t partitions(topic t) const override { return layout_.partitions(t); }

  expected<std::unique_ptr<ports::log_member>, log_error> join(ports::member_options) override {
    return unexpected(read_only());
  }

  expected<std::vector<record>, log_error> read(topic_partition source, std::int64_t from,
                                                std::size_t max_records) override {
    if (auto known = check(source); !known) return unexpected(std::move(known.error()));
    const std::lock_guard lock{mutex_};
    std::vector<record> out;
    auto position = std::max<std::int64_t>(from, 0);
    while (out.size() < max_records) {
      auto batches = sqlite::load_batches(db_, slot(source), position, max_records - out.size());
      if (!batches) return unexpected(std::move(batches.error()));
      if (batches->empty()) break;
      for (const auto& b : *batches) {
        if (!decode_records(*b, source, position, max_records, out)) return unexpected(damaged(source, b->base));
        position = std::max(position, b->end);
      }
    }
    return out;
  }

  expected<std::vector<record>, log_error> changelog(topic_partition source) override {
    if (auto known = check(source); !known) return unexpected(std::move(known.error()));
    const std::lock_guard lock{mutex_};
    return sqlite::load_changelog(db_, slot(source), source);
  }

  expected<std::int64_t, log_error> end_offset(topic_partition source) override {
    if (auto known = check(source); !known) return unexpected(std::move(known.error()));
    return partitions_[layout_.index(source)].end;
  }

  expected<std::optional<std::int64_t>, log_error> committed(const std::string& group,
                                                             topic_partition source) override {
    if (auto known = check(source); !known) return unexpected(std::move(known.error()));
    for (const auto& o : offsets_)
      if (o.group == group && o.source == source) return std::optional{o.next};
    return std::optional<std::int64_t>{};
  }

  /// Nothing is ever appended to a moment.
  ports::subscription on_append(std::function<void()>) override { return {}; }

  expected<void, log_error> maintain(timestamp) override { return unexpected(read_only()); }

 private:
  [[nodiscard]] std::int64_t slot(topic_partition p) const { return partitions_[layout_.index(p)].slot; }
  [[nodiscard]] log_error read_only() const { return {log_errc::io, options_.path + " is open for reading only"}; }
  [[nodiscard]] log_error damaged(topic_partition p, std::int64_t offset) const {
    return {log_errc::io, options_.path + ": the batch at offset " + std::to_string(offset) + " of " +
                              std::string{to_string(p.topic)} + "/" + std::to_string(p.partition) + " is damaged"};
  }
  [[nodiscard]] expected<void, log_error> check(topic_partition p) const {
    if (layout_.contains(p)) return {};
    return unexpected(log_error{log_errc::io, "there is no such topic or partition in " + options_.path});
  }

  const sqlite_log_options options_;
  const log_layout layout_;
  std::mutex mutex_;
  sqlite::connection db_;
  std::vector<sqlite::stored_partition> partitions_;
  std::vector<sqlite::stored_offset> offsets_;
};

}  // namespace

expected<std::shared_ptr<ports::event_log>, log_error> read_sqlite_log(sqlite_log_options options) {
  HEDGEROW_CHECK(options.symbol_partitions > 0, "a topic has at least one partition");
  auto log = std::make_shared<sqlite_snapshot>(std::move(options));
  if (auto opened = log->open(); !opened) return unexpected(std::move(opened.error()));
  return log;
}

}  // namespace hedgerow::adapters
