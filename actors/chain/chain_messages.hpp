// What the gateway to the chain, its endpoints and its users say to each other.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <string>

#include "actors/chain/chain_news.hpp"
#include "actors/chain/chain_question.hpp"
#include "actors/domain/chain/endpoint_health.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::chain {

using head_answer = expected<ports::chain_block, ports::chain_error>;
using block_answer = expected<std::optional<ports::chain_block>, ports::chain_error>;
using chain_id_answer = expected<std::uint64_t, ports::chain_error>;

/// Number of the listener that each endpoint has for itself: it hears of the connection and of heads.
inline constexpr std::uint64_t own_listener = 0;

/// How an endpoint is, for the gateway that chooses among several.
struct endpoint_report {
  domain::endpoint_health health;
  /// Number of its newest block; 0 before the first.
  std::uint64_t head = 0;
};

/// An endpoint, as its gateway speaks to it.
using endpoint_actor = protocol::observable_actor::extend<
    // Listen to logs that pass this filter, and to heads, for the listener of this number; and no more.
    caf::reacts_to<protocol::listen_atom, std::uint64_t, ports::evm_log_filter>,
    caf::reacts_to<protocol::unlisten_atom, std::uint64_t>,
    // Answered with `answer` and the number, in any case.
    caf::reacts_to<protocol::question_atom, std::uint64_t, question_ptr>,
    // A quorum said something else than it: what both said.
    caf::reacts_to<protocol::dissent_atom, std::string>>;

/// The one way to the chain inside a node, as its users and its endpoints see it.
using chain_gateway_actor = protocol::observable_actor::extend<
    // From users (gateway_client.hpp): answer the question of this number (chain_users.hpp), with a quorum.
    caf::reacts_to<protocol::question_atom, std::uint64_t, question_ptr>,
    // The listener of this number has come, or is gone.
    caf::reacts_to<protocol::listen_atom, std::uint64_t>, caf::reacts_to<protocol::unlisten_atom, std::uint64_t>,
    // From endpoints; the first number is the endpoint's place in the gateway's list. Connected and subscribed for the
    // listener of this number, on the chain of this id; or not any more, and why.
    caf::reacts_to<protocol::up_atom, std::uint64_t, std::uint64_t, std::uint64_t>,
    caf::reacts_to<protocol::down_atom, std::uint64_t, std::uint64_t, std::string>,
    // What the subscription of this listener brings.
    caf::reacts_to<protocol::logseen_atom, std::uint64_t, std::uint64_t, ports::evm_log>,
    caf::reacts_to<protocol::headseen_atom, std::uint64_t, std::uint64_t, ports::chain_block>,
    caf::reacts_to<protocol::badframe_atom, std::uint64_t, std::uint64_t, ports::malformed_evm_log>,
    // The answer to the question of this number.
    caf::reacts_to<protocol::answer_atom, std::uint64_t, std::uint64_t, told_ptr>,
    // How it is now.
    caf::reacts_to<protocol::report_atom, std::uint64_t, endpoint_report>>;

}  // namespace hedgerow::chain

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::endpoint_report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::chain_id_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::head_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::chain::block_answer)
