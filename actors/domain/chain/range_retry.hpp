// What follows a getLogs that failed: a narrower range, a pause, or both. Decided by what happens again and by what a
// pause cannot mend, not by the words of a provider.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hedgerow::domain {

enum class range_failure : std::uint8_t {
  too_wide,   // the node says so, or its answer was larger than a frame may be
  throttled,  // the node says that too much was asked in too short a time
  limited,    // a limit is exceeded, and the node does not say which
  unready,    // the node does not have the blocks yet: no width would help
  other,      // anything else: no answer, a broken connection, an unknown error, a log that cannot be read
};

struct retry_policy {
  /// The first pause; it doubles with each failure that narrows nothing.
  std::chrono::milliseconds first{500};
  std::chrono::milliseconds longest{30'000};
  /// A longer wish of the node is not granted: a wrong one must not stop reading for hours.
  std::chrono::milliseconds longest_wish{300'000};
};

/// Failures since the last range that was answered.
struct range_retry {
  /// Pauses since the last success or narrowing.
  std::uint32_t pauses = 0;
  /// Failures among them that a narrower range could mend.
  std::uint32_t suspicious = 0;
  std::uint32_t limits = 0;
  friend bool operator==(const range_retry&, const range_retry&) = default;
};

struct retry_decision {
  range_retry state;
  /// Ask for half of the blocks next time.
  bool narrow = false;
  /// Before the next request.
  std::chrono::milliseconds pause{0};
};

/// A range of `blocks` blocks failed. `wish` is the pause that the node asked for, `random` uniform over 64 bits.
///
/// A single block is never narrowed. Otherwise: at once when the node calls the range too wide; at the second failure
/// in a row and at each one after it when the reason is unknown, as some nodes do not answer a wide range at all; at
/// the sixth limit in a row, as then it is hardly one of the rate. A throttle never narrows: fewer blocks a request
/// would be more requests. The first pause follows a narrowing, a longer one each failure without.
[[nodiscard]] retry_decision after_range_failure(const range_retry& before, range_failure what, std::uint64_t blocks,
                                                 std::optional<std::chrono::milliseconds> wish,
                                                 const retry_policy& policy, std::uint64_t random);

}  // namespace hedgerow::domain
