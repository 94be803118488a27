// Faults on demand: which request is answered wrongly, and how. JSON, an array of rules or {"rules": [...]}:
//   {"operation": "place", "kind": "lost_reply", "nth": 2}
//   {"operation": "any", "kind": "throttle", "probability": "0.05", "seed": 7, "times": 10, "retry_after_s": 2}
// The counters live in memory: a restarted broker counts from zero.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/types/expected.hpp"

namespace hedgerow::paper {

enum class operation : std::uint8_t { place, get, list, cancel, positions, accounts, quotes, hours, token, any };

enum class fault_kind : std::uint8_t {
  // What happens on the wire.
  drop_before,       // connection closed, nothing done
  lost_reply,        // done, connection closed without an answer
  error_before,      // 5xx, nothing done
  error_after,       // done, then 5xx
  throttle,          // 429 with Retry-After, nothing done
  slow,              // done, answered after delay_ms
  late_record,       // placement: done and answered only after delay_ms, whether or not the client still waits
  not_found,         // 404 although it exists, as right after a placement (facts, 5.6)
  garbage,           // done, answered 200 with broken JSON
  truncated,         // done, the connection breaks in the middle of the answer
  wrong_location,    // placement: Location names another order
  missing_location,  // placement: 201 without Location
  // What becomes of the order.
  partial,              // `part` fills as usual, the rest delay_ms later
  partial_then_cancel,  // `part` fills, delay_ms later the rest is cancelled
  reject,               // REJECTED with `text` as reason
  late_fill,            // WORKING for delay_ms more than usual
  cancel_then_fill,     // CANCELED, and delay_ms later a fill of `part` shows up all the same
  unknown_status,       // reports the status word `text` for delay_ms, then fills
  expire,               // EXPIRED without a fill
};

[[nodiscard]] std::string_view to_string(operation o);
[[nodiscard]] std::string_view to_string(fault_kind k);
inline constexpr auto last_fault_kind = fault_kind::expire;
/// True for what becomes of an order, false for what happens on the wire.
[[nodiscard]] constexpr bool concerns_order(fault_kind k) { return k >= fault_kind::partial; }

struct fault_rule {
  paper::operation operation = paper::operation::any;
  fault_kind kind = fault_kind::slow;
  /// Fires at this matching request, counted from 1, and at those after it while `times` lasts (then 1 by default).
  std::optional<std::uint64_t> nth;
  /// Fires with this probability, in millionths.
  std::optional<std::uint32_t> probability_ppm;
  std::uint64_t seed = 1;
  /// At most so often; without it and without `nth`, always.
  std::optional<std::uint64_t> times;
  /// Only requests about this symbol; empty for all. Placements only.
  std::string symbol;
  std::chrono::milliseconds delay{1000};
  std::chrono::seconds retry_after{1};
  /// 500 to 599.
  int status = 503;
  /// Share of the quantity, in millionths.
  std::uint32_t part_ppm = 500'000;
  std::string text;

  std::uint64_t seen = 0;
  std::uint64_t fired = 0;
};

/// At most one fault of each sort for one request: the first rule that fires.
struct fault_decision {
  std::optional<fault_rule> wire;
  std::optional<fault_rule> order;
};

class fault_plan {
 public:
  /// Empty text is a plan without rules. The error names the rule by its place (from 1) and the field.
  [[nodiscard]] static expected<fault_plan, std::string> parse(std::string_view text);

  /// Counts the request at every rule that matches it.
  [[nodiscard]] fault_decision decide(operation o, std::string_view symbol = {});
  [[nodiscard]] const std::vector<fault_rule>& rules() const { return rules_; }
  /// Rules with what they have seen and done.
  [[nodiscard]] std::string to_json() const;

 private:
  std::vector<fault_rule> rules_;
};

/// Exact decimal fraction in [0, 1] with at most six decimals, as millionths.
[[nodiscard]] std::optional<std::uint32_t> parse_ppm(std::string_view text);

}  // namespace hedgerow::paper
