// The SQLite log at work: a writer thread that commits in groups, reading connections, maintenance.
#pragma once

#include <thread>

#include "runtime/adapters/memory_log/core/log_base.hpp"
#include "runtime/adapters/sqlite_log/file_lock.hpp"
#include "runtime/adapters/sqlite_log/store.hpp"

namespace hedgerow::adapters {

class sqlite_engine final : public log_base {
 public:
  sqlite_engine(sqlite_log_options options, const ports::clock& clock, std::unique_ptr<file_lock> lock,
                std::unique_ptr<sqlite::store> opened);
  /// Finishes all queued requests.
  ~sqlite_engine() override;
  sqlite_engine(const sqlite_engine&) = delete;
  sqlite_engine& operator=(const sqlite_engine&) = delete;

  [[nodiscard]] expected<std::vector<record>, ports::log_error> changelog(topic_partition source) override;
  [[nodiscard]] expected<void, ports::log_error> maintain(timestamp now) override;
  [[nodiscard]] bool on_writer_thread() const { return std::this_thread::get_id() == writer_.get_id(); }

 protected:
  void execute(commit_request request) override;
  [[nodiscard]] expected<std::vector<batch_ptr>, ports::log_error> load(topic_partition source, std::int64_t from,
                                                                        std::size_t max_records) override;
  [[nodiscard]] bool on_executor() const override { return on_writer_thread(); }

 private:
  // Writing (engine.cpp).
  void write_loop();
  /// Waits for the first request, and for further ones as the options say; empty if none came for a while.
  std::vector<commit_request> next_group();
  void run_group(std::vector<commit_request>& group);
  /// Those that have not failed already.
  static void fail(std::vector<commit_request>& group, const ports::log_error& why);
  void idle();
  /// Ends the log when the disk has refused a sync (log_errc::timed_out).
  void look_at(const expected<void, ports::log_error>& done);

  // Reading (reading.cpp). A connection of its own for each thread that reads at the moment.
  [[nodiscard]] sqlite::result<sqlite::connection> borrow();
  void give_back(sqlite::connection reader);

  // Maintenance (maintenance.cpp).
  [[nodiscard]] expected<void, ports::log_error> maintain_all(timestamp now);
  [[nodiscard]] sqlite::result<std::int64_t> save_end(sqlite::connection& db, topic_partition source);
  [[nodiscard]] sqlite::result<void> retain(sqlite::connection& db, topic_partition source, std::int64_t end,
                                            timestamp cutoff);
  [[nodiscard]] sqlite::result<void> compact(sqlite::connection& db, topic_partition source, std::int64_t end,
                                             timestamp now);
  [[nodiscard]] sqlite::result<void> store_rewritten(sqlite::connection& db, std::int64_t slot,
                                                     const std::vector<std::pair<batch_ptr, batch_ptr>>& changes);

  const sqlite_log_options options_;
  std::unique_ptr<file_lock> lock_;
  std::unique_ptr<sqlite::store> store_;

  std::mutex queue_mutex_;
  std::condition_variable queued_;
  std::deque<commit_request> queue_;
  bool stopping_ = false;

  std::mutex readers_mutex_;
  std::vector<sqlite::connection> readers_;
  std::mutex maintaining_;
  /// Last: it uses all of the above.
  std::thread writer_;
};

}  // namespace hedgerow::adapters
