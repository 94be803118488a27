// Numbers for monitoring: a component asks the registry for a cell once and adds to it without a lock from then on.
// Cells belong to the node, not to the component: they go on when a bridge is started again.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hedgerow::ports {

enum class metric_kind : std::uint8_t { counter, gauge, histogram };

/// What a cell holds. Nanoseconds are shown in seconds.
enum class metric_unit : std::uint8_t { one, nanoseconds };

/// What is measured. The texts outlive every registry; the name follows Prometheus: base unit, `_total` for counters.
struct metric_family {
  std::string_view name;
  std::string_view help;
  metric_kind kind = metric_kind::counter;
  metric_unit unit = metric_unit::one;
};

/// Name and value, never a secret; in the order in which they are shown.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// One number. Thread-safe.
class metric_value {
 public:
  void add(std::int64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Spans of time by length. Thread-safe; a reader may see an observation that is not complete yet.
class time_histogram {
 public:
  /// Upper bounds, included.
  static constexpr std::array<std::chrono::microseconds, 13> bounds{
      std::chrono::microseconds{1'000},     std::chrono::microseconds{2'500},     std::chrono::microseconds{5'000},
      std::chrono::microseconds{10'000},    std::chrono::microseconds{25'000},    std::chrono::microseconds{50'000},
      std::chrono::microseconds{100'000},   std::chrono::microseconds{250'000},   std::chrono::microseconds{500'000},
      std::chrono::microseconds{1'000'000}, std::chrono::microseconds{2'500'000}, std::chrono::microseconds{5'000'000},
      std::chrono::microseconds{10'000'000}};

  void observe(std::chrono::nanoseconds span) noexcept {
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), span) - bounds.begin();
    counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(span.count(), std::memory_order_relaxed);
  }

  /// Observations per bucket, each without those of the ones before; the last is beyond all bounds.
  [[nodiscard]] std::array<std::uint64_t, bounds.size() + 1> counts() const noexcept {
    std::array<std::uint64_t, bounds.size() + 1> now{};
    for (std::size_t i = 0; i < now.size(); ++i) now[i] = counts_[i].load(std::memory_order_relaxed);
    return now;
  }
  [[nodiscard]] std::chrono::nanoseconds sum() const noexcept {
    return std::chrono::nanoseconds{sum_.load(std::memory_order_relaxed)};
  }

 private:
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
  std::atomic<std::int64_t> sum_{0};
};

using value_cell = std::shared_ptr<metric_value>;
using histogram_cell = std::shared_ptr<time_histogram>;

/// Where cells are kept and found. Asking twice for one family and one set of labels gives the same cell. Thread-safe.
class metrics {
 public:
  virtual ~metrics() = default;
  /// A counter or a gauge; it is zero when it is new.
  [[nodiscard]] virtual value_cell value(const metric_family& family, metric_labels labels) = 0;
  [[nodiscard]] virtual histogram_cell histogram(const metric_family& family, metric_labels labels) = 0;
};

/// May be null: then no registry exports the counts.
using metrics_ptr = std::shared_ptr<metrics>;

[[nodiscard]] inline value_cell value_of(const metrics_ptr& registry, const metric_family& family,
                                         metric_labels labels) {
  return registry ? registry->value(family, std::move(labels)) : std::make_shared<metric_value>();
}

[[nodiscard]] inline histogram_cell histogram_of(const metrics_ptr& registry, const metric_family& family,
                                                 metric_labels labels) {
  return registry ? registry->histogram(family, std::move(labels)) : std::make_shared<time_histogram>();
}

}  // namespace hedgerow::ports
