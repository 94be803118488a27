#include "runtime/transfer/offsets.hpp"

#include <thread>

namespace hedgerow::transfer {
namespace {

constexpr int attempts = 40;
constexpr std::chrono::milliseconds pause{250};

}  // namespace

expected<std::optional<std::int64_t>, std::string> offset_of(ports::event_log& log, std::string_view group,
                                                            topic_partition p) {
  for (int left = attempts;; --left) {
    const auto offset = log.committed(std::string{group}, p);
    if (offset) return *offset;
    if (left <= 1) return unexpected("cannot read the offsets of " + std::string{group} + ": " + offset.error().detail);
    std::this_thread::sleep_for(pause);  // allow: a broker that has just started
  }
}

}  // namespace hedgerow::transfer
