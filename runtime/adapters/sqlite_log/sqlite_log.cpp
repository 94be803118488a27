#include "runtime/adapters/sqlite_log/sqlite_log.hpp"

#include <filesystem>
#include <thread>

#include "messages/types/check.hpp"
#include "runtime/adapters/sqlite_log/engine.hpp"

namespace hedgerow::adapters {

using ports::log_errc;
using ports::log_error;

namespace {

expected<std::unique_ptr<file_lock>, log_error> lock_file(const sqlite_log_options& options) {
  const auto name = options.path + ".lock";
  auto lock = std::make_unique<file_lock>(name);
  if (lock->error() != 0)
    return unexpected(
        log_error{log_errc::io, "cannot open " + name + ": " + std::generic_category().message(lock->error())});
  const auto end =
      std::chrono::steady_clock::now() + options.lock_wait;  // allow: waiting for another process to let go of the file
  while (!lock->try_acquire()) {
    if (options.takeover) break;
    if (std::chrono::steady_clock::now() >= end)  // allow: waiting for another process to let go of the file
      return unexpected(
          log_error{log_errc::fenced, "the event log " + options.path +
                                          " is in use by another running process: stop that process, or, if it hangs, "
                                          "open the log with takeover"});
    constexpr std::chrono::milliseconds pause{10};
    std::this_thread::sleep_for(pause);  // allow: waiting for another process to let go of the file
  }
  return lock;
}

}  // namespace

expected<std::shared_ptr<ports::event_log>, log_error> open_sqlite_log(sqlite_log_options options,
                                                                       const ports::clock& clock) {
  HEDGEROW_CHECK(options.symbol_partitions > 0, "a topic has at least one partition");
  HEDGEROW_CHECK(options.group_max > 0, "a group holds at least one transaction");
  auto lock = lock_file(options);
  if (!lock) return unexpected(std::move(lock.error()));
  // The log holds sealed tokens and all trades. Files that a former process left beside it would keep their old mode.
  for (const auto* beside : {"", "-wal", "-shm"}) {
    const auto path = options.path + beside;
    if (*beside != '\0' && !std::filesystem::exists(path)) continue;
    if (auto problem = make_private(path); !problem.empty())
      return unexpected(log_error{log_errc::io, std::move(problem)});
  }
  auto opened = sqlite::store::open(options, log_layout{options.symbol_partitions});
  if (!opened) return unexpected(std::move(opened.error()));
  auto* engine = new sqlite_engine{std::move(options), clock, std::move(*lock), std::move(*opened)};
  // A callback may drop the last handle on the writer thread, which cannot wait for itself.
  return std::shared_ptr<sqlite_engine>{engine, [](sqlite_engine* last) {
                                          if (last->on_writer_thread())
                                            std::thread{[last] { delete last; }}.detach();
                                          else
                                            delete last;
                                        }};
}

}  // namespace hedgerow::adapters
