// Reads Prometheus' text format 0.0.4, and refuses what the format or the rules of naming do not allow.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "messages/types/expected.hpp"

namespace hedgerow::test {

using series_labels = std::map<std::string, std::string>;

struct prometheus_family {
  std::string type;
  std::string help;
  /// Sample name and labels -> value as it stands there.
  std::map<std::pair<std::string, series_labels>, std::string> samples;
};

struct prometheus_page {
  std::map<std::string, prometheus_family> families;

  /// The value of a counter, a gauge, or a histogram's `_sum` and `_count`; nothing when there is no such series.
  [[nodiscard]] std::optional<std::string> find(const std::string& name, const series_labels& labels = {}) const;
  /// The same as a whole number; -1 when there is none.
  [[nodiscard]] long long number(const std::string& name, const series_labels& labels = {}) const;
  /// The sum over all series of the name that have these labels among theirs.
  [[nodiscard]] long long sum(const std::string& name, const series_labels& among = {}) const;
};

/// The error names the line. Each family has one HELP and one TYPE before its samples, which stand together; no series
/// comes twice; counters end in `_total` and are not negative; histograms are cumulative and end with `+Inf`.
[[nodiscard]] expected<prometheus_page, std::string> read_prometheus(const std::string& text);

}  // namespace hedgerow::test
