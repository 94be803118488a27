// What ingestion-changelog holds when the service starts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "messages/events/ingestion_state.hpp"
#include "messages/events/record.hpp"

namespace hedgerow::ingestion {

inline constexpr const char* checkpoint_key = "checkpoint";
inline constexpr const char* floor_key = "floor";

struct stored_history {
  std::optional<ingestion_checkpoint> checkpoint;
  /// Logs of blocks below this one were dropped: they cannot be told from new ones.
  std::uint64_t floor = 0;
  /// Whether the changelog has the floor. Older versions did not store it; then the floor is the lowest block whose
  /// logs are certainly known.
  bool floor_is_stored = false;
  /// In the order in which they were accepted.
  std::vector<blockchain_event> window;

  /// Nothing was ever stored.
  [[nodiscard]] bool is_new() const { return !checkpoint && !floor_is_stored && window.empty(); }
};

/// `changelog`: key -> newest value. Each must pass why_unreadable(), which the bridge sees to.
[[nodiscard]] stored_history read_history(const std::map<std::string, std::string>& changelog);

/// Why a record of the changelog cannot be read, or empty.
[[nodiscard]] std::string why_unreadable(const record& r);

}  // namespace hedgerow::ingestion
