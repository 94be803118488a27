// The projection store of a node that keeps no rows: empty at each start of the process, so that everything is folded
// again from the log.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "actors/ports/queries.hpp"

namespace hedgerow::adapters {

/// How many rows are kept.
struct memory_store_limits {
  /// The newest ones.
  std::size_t trades = 10'000;
  /// The newest ones; beside them all that have not ended.
  std::size_t executions = 10'000;
  /// Beyond it the kind (service and reason) with the most rows loses its oldest, so that a flood of one kind does not
  /// push out another.
  std::size_t dead_letters = 1'000;
  /// The newest ones of each scope.
  std::size_t decisions = 100;
};

/// Failures that a test orders. Thread-safe.
class memory_store_faults {
 public:
  /// The next call to apply() that no earlier order is meant for fails with `why`. `lost`: after the batch was applied.
  void fail_next_apply(ports::store_error why);
  /// nullopt if it shall succeed.
  [[nodiscard]] std::optional<ports::store_error> next();

 private:
  std::mutex mutex_;
  std::deque<ports::store_error> orders_;
};

/// No threads: every reply has been given when the call returns. Thread-safe. `faults` may be null.
[[nodiscard]] ports::projections make_memory_store(memory_store_limits limits = {},
                                                   std::shared_ptr<memory_store_faults> faults = nullptr);

}  // namespace hedgerow::adapters
