// What a bridge counts for the node's metrics; the sums go on when the bridge is started again.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>

#include "actors/ports/event_log.hpp"
#include "actors/ports/metrics.hpp"

namespace hedgerow::bridges {

/// Thread-safe.
class bridge_metrics {
 public:
  bridge_metrics(const ports::metrics_ptr& registry, const std::string& service);

  ports::value_cell records_in;
  ports::value_cell handed_over;
  ports::value_cell taken_over;
  ports::value_cell entity_restarts;
  ports::value_cell entities;
  ports::value_cell entities_live;
  ports::value_cell partitions;

  /// What a transaction adds when it has been committed.
  struct share {
    std::int64_t records = 0;
    std::int64_t dead_letters = 0;
  };
  [[nodiscard]] share commit_begun(const log_transaction& what);
  void commit_ended(const share& what, const expected<void, ports::log_error>& outcome);

  /// The bridge gives up and has to be started again: because of what the log said, or anything else. Only the first
  /// reason counts: what comes after it are its consequences.
  void failed(std::optional<ports::log_errc> why);

 private:
  ports::value_cell records_out_;
  ports::value_cell dead_letters_;
  ports::value_cell commits_;
  ports::value_cell commit_failures_;
  ports::value_cell commits_in_flight_;
  std::map<std::optional<ports::log_errc>, ports::value_cell> failures_;
  std::atomic<bool> failed_{false};
};

}  // namespace hedgerow::bridges
