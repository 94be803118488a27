// The one way to the broker inside a node: keeps the call budget, lets placements go first, serves many pollers with
// one list call, remembers the market session (order-protocol, "The gate in front of it" and "Polling").
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "actors/broker/account_share.hpp"
#include "actors/domain/hedging/call_budget.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/call_memory.hpp"
#include "actors/ports/metrics.hpp"
#include "actors/ports/notices.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::broker {

struct place_call {
  order_request request;
  deadline not_after;
};
struct get_call {
  order_id order;
  /// A time not later than the order's entry; a list call that serves several orders starts here.
  timestamp entered_after;
  domain::call_class priority = domain::call_class::status;
};
struct list_call {
  timestamp from;
  timestamp to;
};
struct position_call {
  hedgerow::symbol symbol;
};
struct session_call {};

template <class T>
struct result {
  expected<T, broker_error> value;
};
using place_result = result<placement>;
using get_result = result<broker_order>;
using list_result = result<order_list>;
using position_result = result<shares>;
using session_result = result<market_session>;

/// A task that the broker's thread hands to the actor.
using gateway_task = std::function<void()>;

/// Times go out and come in by our clock: the gateway knows how far the broker's is ahead, so that nothing else
/// compares the two. A placement whose lease ends while it waits for the call budget, or for the end of a pause that
/// the broker asked for, is answered `throttled`. Every question is answered, at the latest when the broker adapter's
/// time-out has passed.
using gateway_actor = caf::typed_actor<
    caf::replies_to<protocol::ask_atom, place_call>::with<place_result>,
    caf::replies_to<protocol::ask_atom, get_call>::with<get_result>,
    caf::replies_to<protocol::ask_atom, list_call>::with<list_result>,
    caf::replies_to<protocol::ask_atom, position_call>::with<position_result>,
    caf::replies_to<protocol::ask_atom, session_call>::with<session_result>,
    caf::reacts_to<protocol::tell_atom, gateway_task>, caf::reacts_to<protocol::tick_atom>,
    caf::replies_to<protocol::status_atom>::with<protocol::actor_status>>;

struct gateway_config {
  /// The budget of the whole account.
  domain::budget_policy budget;
  /// What part of it is this node's.
  std::shared_ptr<const account_share> share = std::make_shared<account_share>();
  /// What was sent before this gateway, and what it sends; may be null.
  std::shared_ptr<ports::call_memory> memory{};
  /// Status questions that come within this time are put together.
  std::chrono::milliseconds gather{10};
  /// From so many on, one list call serves them; from two on, when there are more than calls.
  std::size_t list_from = 4;
  /// Orders that are older than this are listed apart from the others.
  std::chrono::milliseconds list_back{600'000};
  /// How long a session answer is good for; its start and end end it earlier. A day that has only just been called
  /// closed is asked for again after session_retry, and then after as long as it has been closed: the answer may be
  /// corrected.
  std::chrono::milliseconds session_cache{60'000};
  /// How long an error in its place is.
  std::chrono::milliseconds session_retry{3'000};
  /// Pause of all calls after a 429 without Retry-After.
  std::chrono::milliseconds throttle_pause{1'000};
  /// A difference between the broker's clock and ours above this is an alarm.
  std::chrono::milliseconds clock_alarm{5'000};
  /// Alarm after this many failed lists in a row, and again after as many more.
  std::uint32_t list_alarm = 3;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
  /// May be null.
  ports::metrics_ptr metrics{};
};

class gateway;
struct gateway_state {
  static inline const char* name = "broker-gateway";
  std::shared_ptr<gateway> impl;
};

/// `on_rejected` is called when the broker does not accept the access token. `clock` must outlive the actor system.
gateway_actor::behavior_type broker_gateway(gateway_actor::stateful_pointer<gateway_state> self,
                                            std::shared_ptr<ports::broker_api> api, gateway_config config,
                                            const ports::clock* clock, std::function<void()> on_rejected);

}  // namespace hedgerow::broker

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::place_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::get_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::list_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::position_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::session_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::place_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::get_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::list_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::position_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::session_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::broker::gateway_task)
