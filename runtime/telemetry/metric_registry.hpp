// The node's metric cells, and how they are shown.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <variant>

#include "actors/ports/metrics.hpp"

namespace hedgerow::telemetry {

/// Locks only while a cell is looked up or all are shown.
class metric_registry final : public ports::metrics {
 public:
  [[nodiscard]] ports::value_cell value(const ports::metric_family& family, ports::metric_labels labels) override;
  [[nodiscard]] ports::histogram_cell histogram(const ports::metric_family& family,
                                                ports::metric_labels labels) override;

  /// Every family with its cells in Prometheus' text format, by name and labels.
  [[nodiscard]] std::string text() const;

 private:
  using cell = std::variant<ports::value_cell, ports::histogram_cell>;
  struct entry {
    ports::metric_family family;
    std::map<ports::metric_labels, cell> cells;
  };
  template <class T>
  std::shared_ptr<T> find(const ports::metric_family& family, ports::metric_labels labels);

  mutable std::mutex mutex_;
  std::map<std::string_view, entry> families_;
};

}  // namespace hedgerow::telemetry
