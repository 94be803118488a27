// What the broker gateway is asked, and what it answers. Times are by our clock. Stays inside one process.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>

#include "messages/types/amount.hpp"
#include "messages/types/broker.hpp"
#include "messages/types/expected.hpp"
#include "messages/types/ids.hpp"
#include "messages/types/time.hpp"

namespace hedgerow::protocol {

struct place_call {
  order_request request;
  /// The end of the lease: not a byte of the request is written after it.
  deadline not_after;
};

/// What an order is looked at for.
enum class get_reason : std::uint8_t {
  status,    // a pending order is followed: may wait for others, and be answered from one list
  evidence,  // an unknown outcome is resolved: goes before all status questions, by the order's own id
};

/// A question that has waited so long for its place in the call budget is answered "throttled" and not called any more:
/// whoever asked has given it up.
inline constexpr std::chrono::milliseconds question_patience{120'000};
/// How long a caller of the gateway waits for its answer.
inline constexpr std::chrono::milliseconds call_timeout = question_patience + std::chrono::seconds{30};

struct get_call {
  order_id order;
  /// A time not later than the order's entry; a list call that serves several orders starts here.
  timestamp entered_after;
  get_reason reason = get_reason::status;
};

struct list_call {
  timestamp from;
  timestamp to;
};

struct position_call {
  hedgerow::symbol symbol;
};

template <class T>
struct broker_result {
  expected<T, broker_error> value;
};
using place_result = broker_result<placement>;
using get_result = broker_result<broker_order>;
using list_result = broker_result<order_list>;
using position_result = broker_result<shares>;
using session_result = broker_result<market_session>;

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::place_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::get_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::list_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::position_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::place_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::get_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::list_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::position_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::session_result)
