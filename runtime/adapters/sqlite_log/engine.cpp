#include "runtime/adapters/sqlite_log/engine.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

/// How often an idle writer looks whether it still owns the file.
constexpr std::chrono::milliseconds idle_check{200};
/// The write-ahead log is copied into the file beyond these sizes, in bytes.
constexpr std::int64_t busy_checkpoint = 16 << 20;
constexpr std::int64_t idle_checkpoint = 1 << 20;
/// Readers of a larger group wait for its sync: there is a backlog, and the next group is larger for it.
constexpr std::size_t woken_early = 64 << 10;

std::size_t size_of(const new_batches& batches) {
  std::size_t bytes = 0;
  for (const auto& [partition, batch] : batches) bytes += batch->body.size();
  return bytes;
}

}  // namespace

sqlite_engine::sqlite_engine(sqlite_log_options options, const ports::clock& clock, std::unique_ptr<file_lock> lock,
                             std::unique_ptr<sqlite::store> opened)
    : log_base{clock, options.symbol_partitions, options.tail_bytes},
      options_{std::move(options)},
      lock_{std::move(lock)},
      store_{std::move(opened)} {
  for (const auto& p : layout_.all()) restore_end(p, store_->partitions()[layout_.index(p)].end);
  for (const auto& offset : store_->offsets()) restore_offset(offset.group, offset.source, offset.next);
  // The thread asks for its own id through writer_, so it waits until that is set.
  const std::lock_guard started{queue_mutex_};
  writer_ = std::thread{[this] { write_loop(); }};
}

sqlite_engine::~sqlite_engine() {
  {
    const std::lock_guard lock{queue_mutex_};
    stopping_ = true;
  }
  queued_.notify_all();
  writer_.join();
}

void sqlite_engine::execute(commit_request request) {
  {
    const std::lock_guard lock{queue_mutex_};
    queue_.push_back(std::move(request));
  }
  queued_.notify_one();
}

void sqlite_engine::write_loop() {
  for (;;) {
    auto group = next_group();
    if (!group.empty()) {
      run_group(group);
      look_at(store_->fold_one());
      look_at(store_->checkpoint_beyond(busy_checkpoint));
      continue;
    }
    {
      const std::lock_guard lock{queue_mutex_};
      if (stopping_ && queue_.empty()) return;
    }
    idle();
  }
}

std::vector<commit_request> sqlite_engine::next_group() {
  std::unique_lock lock{queue_mutex_};
  const auto has_work = [this] { return stopping_ || !queue_.empty(); };
  queued_.wait_for(lock, idle_check, has_work);
  if (options_.group_window.count() > 0 && !queue_.empty())
    queued_.wait_for(lock, options_.group_window, [this] { return stopping_ || queue_.size() >= options_.group_max; });
  std::vector<commit_request> group;
  std::size_t bytes = 0;
  while (!queue_.empty() && group.size() < options_.group_max && bytes < options_.group_bytes) {
    for (const auto& part : queue_.front().parts) bytes += part.body.size();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void sqlite_engine::run_group(std::vector<commit_request>& group) {
  judge(group);
  auto batches = assemble(group);
  sqlite::result<void> written{};
  bool any = false;
  for (const auto& request : group)
    any = any || (!request.failure && !(request.parts.empty() && request.offsets.empty() && request.lent.empty()));
  if (any) written = store_->write(batches, group);
  if (!written) {
    batches.clear();
    fail(group, written.error());
  }
  const auto woken = apply(group, batches);
  // Readers go on while the disk works: whatever they write comes after this in the file, and is not durable without
  // it. Who commits acts on the world, and hears of it when it is durable.
  const bool early = size_of(batches) <= woken_early;
  if (early) wake(woken, !batches.empty());
  if (any && written) {
    written = store_->sync();
    if (!written) fail(group, written.error());
  }
  if (!early) wake(woken, true);
  look_at(written);
  if (!written && written.error().code == log_errc::fenced) {
    fence(written.error());
    lock_->release();
  }
  finish(group);
}

void sqlite_engine::fail(std::vector<commit_request>& group, const log_error& why) {
  for (auto& request : group)
    if (!request.failure) request.failure = why;
}

void sqlite_engine::idle() {
  if (const auto mine = store_->check_owner(); !mine) {
    if (mine.error().code != log_errc::fenced) return;
    fence(mine.error());
    lock_->release();
    return;
  }
  // After a takeover the frozen owner may have let go by now.
  lock_->try_acquire();
  look_at(store_->checkpoint_beyond(idle_checkpoint));
}

void sqlite_engine::look_at(const expected<void, log_error>& done) {
  if (done || done.error().code != log_errc::timed_out) return;
  store_->stop_writing(done.error());
  fence(done.error());
}

}  // namespace hedgerow::adapters
