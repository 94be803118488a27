// What a person decides about a symbol, written to control-events: halt, resume, adopt an order, declare it absent.
//
// A member of the log is dead after its first failure, and no bridge owns this one: a lock that another program holds
// on the store, or a transactional id that the broker forgot after a quiet week, must not end all decisions. So the
// desk joins again without help, and tries the decision again before it says that it was not written.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/atoms.hpp"

namespace hedgerow::api {

struct control_request {
  std::string symbol;
  /// halt, resume, adopt_order or declare_absent.
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

/// How a commit of the desk's own ended; its own message.
struct control_committed {
  std::uint64_t number = 0;
  std::optional<ports::log_error> error;
};

/// Answers each request exactly once, in their order.
using control_desk_actor =
    caf::typed_actor<caf::replies_to<protocol::ask_atom, control_request>::with<control_answer>,
                     caf::reacts_to<protocol::done_atom, control_committed>>;

struct control_desk_ports {
  std::shared_ptr<ports::event_log> log;
  /// The writer's name. Each node has its own: the same one would fence the other.
  std::string node;
  /// Outlives the actor system.
  const ports::clock* clock = nullptr;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

struct control_desk_state {
  static inline const char* name = "control-desk";
  struct decision {
    outgoing record;
    std::string what;
    int attempts = 0;
    caf::typed_response_promise<control_answer> promise;
  };
  /// Null before the first decision and after a failure.
  std::unique_ptr<ports::log_member> writer;
  /// The first one is on its way.
  std::deque<decision> waiting;
  std::uint64_t commits = 0;
};

control_desk_actor::behavior_type control_desk(control_desk_actor::stateful_pointer<control_desk_state> self,
                                               control_desk_ports outside);

}  // namespace hedgerow::api

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::api::control_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::api::control_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::api::control_committed)
