// What a member of a group counts: the node's metrics and the admin tree show it.
#pragma once

#include <string>

#include "actors/ports/metrics.hpp"

namespace hedgerow::adapters {

/// Cells of one service; they go on when the member is replaced. Thread-safe.
struct member_metrics {
  member_metrics(const ports::metrics_ptr& registry, const std::string& service);

  ports::value_cell committed;
  ports::value_cell failed;
  ports::value_cell records;
  /// From the begin to the broker's answer to the commit, also of those that fail.
  ports::histogram_cell time;
  /// Parts of that time: handing records to the client, and waiting for the broker to take the offsets.
  ports::value_cell producing;
  ports::value_cell sending_offsets;
  ports::value_cell rebalances;
  ports::value_cell buffered;
  ports::value_cell consumer_errors;
};

}  // namespace hedgerow::adapters
