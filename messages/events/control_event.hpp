// Topic control-events: what a person or a safeguard decided about a scope. Each is an instruction of its own, so all
// are kept: a later decision about the same scope does not replace one that has not been read yet.
#pragma once

#include <cstdint>
#include <string>

#include "messages/types/time.hpp"

namespace hedgerow {

enum class control_action : std::uint8_t { halt, resume, adopt_order, declare_absent };

struct control_event {
  /// `global` or a symbol.
  std::string scope;
  control_action action = control_action::halt;
  /// adopt_order: the broker's order id. declare_absent: the execution that is meant, or empty. Otherwise empty.
  std::string argument;
  std::string reason;
  /// Who decided: a person's name or the safeguard's.
  std::string by;
  friend bool operator==(const control_event&, const control_event&) = default;
};

/// The newest decision that one of its takers has applied: kept in the taker's state, so that a history that is read
/// once more changes nothing.
struct decision_mark {
  /// In its partition of control-events.
  std::int64_t offset = 0;
  /// As its envelope says.
  timestamp recorded_at;
  friend bool operator==(const decision_mark&, const decision_mark&) = default;
};

}  // namespace hedgerow
