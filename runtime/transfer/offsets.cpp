#include "runtime/transfer/offsets.hpp"

namespace hedgerow::transfer {

expected<std::optional<std::int64_t>, std::string> offset_of(ports::event_log& log, std::string_view group,
                                                             topic_partition p) {
  const auto offset = log.committed(std::string{group}, p);
  if (offset) return *offset;
  return unexpected("cannot read the offsets of " + std::string{group} + ": " + offset.error().detail);
}

}  // namespace hedgerow::transfer
