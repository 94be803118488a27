// Which partitions a log has, as dense numbers: what tables of partitions are indexed with.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "messages/events/record.hpp"

namespace hedgerow::adapters {

class log_layout {
 public:
  explicit log_layout(std::uint32_t symbol_partitions) {
    for (const auto& spec : topics()) {
      const auto count = spec.partitions == partition_rule::single ? 1U : symbol_partitions;
      first_[static_cast<std::size_t>(spec.id)] = all_.size();
      counts_[static_cast<std::size_t>(spec.id)] = count;
      for (std::uint32_t p = 0; p < count; ++p) all_.push_back({spec.id, p});
    }
  }

  [[nodiscard]] std::uint32_t partitions(topic t) const { return counts_[static_cast<std::size_t>(t)]; }
  [[nodiscard]] bool contains(topic_partition p) const {
    return static_cast<std::size_t>(p.topic) < topic_count && p.partition < partitions(p.topic);
  }
  /// `p` must be contained.
  [[nodiscard]] std::size_t index(topic_partition p) const {
    return first_[static_cast<std::size_t>(p.topic)] + p.partition;
  }
  /// All partitions; the place of one is its index.
  [[nodiscard]] const std::vector<topic_partition>& all() const { return all_; }

 private:
  std::array<std::size_t, topic_count> first_{};
  std::array<std::uint32_t, topic_count> counts_{};
  std::vector<topic_partition> all_;
};

}  // namespace hedgerow::adapters
