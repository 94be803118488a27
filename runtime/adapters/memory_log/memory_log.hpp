// The event log of the simulation: nothing survives, everything is deterministic.
#pragma once

#include <deque>
#include <memory>
#include <mutex>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"

namespace hedgerow::adapters {

/// Failures that a test orders. Thread-safe.
class memory_log_faults {
 public:
  /// The next commit that no earlier order is meant for fails with `why`; nothing of it becomes visible.
  void fail_next_commit(ports::log_error why) { fail_commit_after(0, std::move(why)); }
  /// As above, after letting `passes` commits through.
  void fail_commit_after(std::size_t passes, ports::log_error why);
  /// nullopt if the commit shall succeed.
  [[nodiscard]] std::optional<ports::log_error> next();

 private:
  struct order {
    std::size_t passes = 0;
    ports::log_error why;
  };
  std::mutex mutex_;
  std::deque<order> orders_;
};

/// No threads: a commit is done, and its callback and all ready callbacks have returned, when commit() returns.
/// `clock` must outlive the log and its members. Thread-safe.
[[nodiscard]] std::shared_ptr<ports::event_log> make_memory_log(const ports::clock& clock,
                                                                std::uint32_t symbol_partitions,
                                                                std::shared_ptr<memory_log_faults> faults = nullptr);

}  // namespace hedgerow::adapters
