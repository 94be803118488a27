// Topic control-events: what a person or a safeguard decided about a scope. Each is an instruction of its own, so all
// are kept: a later decision about the same scope does not replace one that has not been read yet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "messages/types/time.hpp"

namespace hedgerow {

enum class control_action : std::uint8_t { halt, resume, adopt_order, declare_absent };

/// What a decision may name besides its scope.
enum class control_argument : std::uint8_t {
  none,
  order,      // the broker's order id
  execution,  // the execution that is meant, or empty
};

/// What a person can decide about a symbol. The routes of the admin port, the texts of errors and the names in events
/// are made from the rows of control_verbs.
struct control_verb {
  /// As in the path and in events.
  std::string_view name;
  control_argument argument = control_argument::none;
  /// For people; in Markdown.
  std::string_view summary;
};

/// In the order of control_action.
inline constexpr control_verb control_verbs[] = {
    {"halt", control_argument::none,
     "the symbol orders nothing until it is resumed ([Operations](docs/operations.md#frozen-symbols))"},
    {"resume", control_argument::none, "the symbol orders again"},
    {"adopt_order", control_argument::order, "a held execution is this order of the broker's"},
    {"declare_absent", control_argument::execution, "a held execution has no order at the broker"},
};

struct control_event {
  /// `global` or a symbol.
  std::string scope;
  control_action action = control_action::halt;
  /// As the action's row says; empty without one.
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
