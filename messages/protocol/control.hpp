// What a person decides about a symbol, and what became of the decision. Stays inside one process.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <string>

namespace hedgerow::protocol {

struct control_request {
  std::string symbol;
  /// A name of control_verbs.
  std::string action;
  /// As control_event::argument.
  std::string argument;
  /// Why and by whom: both are required, because the record stays.
  std::string reason;
  std::string by;
};

enum class control_outcome : std::uint8_t {
  recorded,     // durable
  invalid,      // the request is wrong
  not_written,  // the log failed twice; the decision may or may not hold, and the next request begins afresh
};

struct control_answer {
  control_outcome outcome = control_outcome::recorded;
  /// The error, for people. Empty when the decision is recorded.
  std::string why;
};

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::control_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::control_answer)
