// Whether blocks that one endpoint has wait for a quorum.
#pragma once

#include <cstdint>
#include <optional>

#include "messages/types/time.hpp"

namespace hedgerow::domain {

/// A quorum's head that goes on, however late, is none of its business.
class head_watch {
 public:
  /// The newest block of any endpoint, and the newest that a quorum has; 0 when there is none.
  void seen(monotonic_time now, std::uint64_t newest, std::uint64_t of_quorum);
  /// Since when the quorum's head has stood below the newest.
  [[nodiscard]] std::optional<monotonic_time> stands_since() const { return stands_since_; }

 private:
  std::uint64_t of_quorum_ = 0;
  std::optional<monotonic_time> stands_since_;
};

}  // namespace hedgerow::domain
