// Prometheus' text format, version 0.0.4.
#pragma once

#include <string>
#include <string_view>

#include "actors/ports/metrics.hpp"

namespace hedgerow::telemetry {

inline constexpr const char* prometheus_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// Writes families one after the other. Values are given as text, so that amounts stay exact.
class prometheus_text {
 public:
  /// Begins a family: its HELP and TYPE. Every name once.
  void family(const ports::metric_family& f);
  /// A sample of the last family.
  void sample(const ports::metric_labels& labels, std::string_view value);
  void sample(const ports::metric_labels& labels, std::int64_t value) { sample(labels, std::to_string(value)); }
  /// A sample whose cell counts in the family's unit.
  void sample_in_unit(const ports::metric_labels& labels, std::int64_t value);
  /// Buckets (cumulative, with +Inf), sum in seconds and count.
  void histogram(const ports::metric_labels& labels, const ports::time_histogram& h);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, const ports::metric_labels& labels, std::string_view value);

  ports::metric_family current_;
  std::string text_;
};

/// Seconds as decimal text, exact to the nanosecond and without zeros at the end.
[[nodiscard]] std::string in_seconds(std::chrono::nanoseconds span);

}  // namespace hedgerow::telemetry
