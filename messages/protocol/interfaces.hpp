// The map of the system: what each actor understands, from whom, and what its answers mean. A class that implements an
// interface may extend it, next to itself, by messages that only it, its timers and its ports send.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <string>
#include <vector>

#include "messages/protocol/actor_status.hpp"
#include "messages/protocol/atoms.hpp"
#include "messages/protocol/broker_calls.hpp"
#include "messages/protocol/cluster.hpp"
#include "messages/protocol/control.hpp"
#include "messages/protocol/hand_over.hpp"
#include "messages/protocol/login.hpp"
#include "messages/protocol/queries.hpp"
#include "messages/protocol/restart_result.hpp"
#include "messages/protocol/step.hpp"

namespace hedgerow::protocol {

// -- observable ------------------------------------------------------------------------------------------------------

/// Anything that the admin endpoint can ask.
using observable_actor = caf::typed_actor<
    // How it is, with its children. Always answered; those of its children that are silent are shown as such.
    caf::replies_to<status_atom>::with<actor_status>>;

// -- entity ----------------------------------------------------------------------------------------------------------

/// Hosts the state of one key: a symbol's position, an order being polled. Asked by its bridge.
using entity_actor = observable_actor::extend<
    // These records are new. Answered with one step, exactly once; an entity that cannot answer dies.
    caf::replies_to<handle_atom, slice_ptr>::with<step_ptr>,
    // The step with this ticket is durable: its effects may run.
    caf::reacts_to<committed_atom, std::uint64_t>>;

// -- emitter ---------------------------------------------------------------------------------------------------------

/// Where entities send the steps that they take on their own.
using emitter_actor = caf::typed_actor<
    // Append this step with the next transaction. `committed` tells that it is durable; nothing tells that it is not,
    // because then the entity ends as well.
    caf::reacts_to<emit_atom, step_ptr>>;

// -- bridge ----------------------------------------------------------------------------------------------------------

/// Owns one consumer and one transactional producer of a service.
using bridge_actor = observable_actor::extend<
    // From an entity of its own; as emitter_actor. A step of an entity that it has stopped is ignored.
    caf::reacts_to<emit_atom, step_ptr>,
    // From the bridge before it: carry out this transaction with one of yours. Answered when that is durable or has
    // failed, or at once with `declined`.
    caf::replies_to<hand_atom, hand_over_ptr>::with<hand_over_result>,
    // From the supervisor: read no more, commit what was begun, quit. Answered then, and after a grace in any case.
    caf::replies_to<drain_atom>::with<ok_atom>>;

// -- broker gateway --------------------------------------------------------------------------------------------------

/// The one way to the broker inside a node. Times go out and come in by our clock: the gateway knows how far the
/// broker's is ahead, so that nothing else compares the two. Every question is answered, at the latest when the broker
/// adapter's time-out has passed; the result is a broker_error when the call was not made or failed.
using gateway_actor = observable_actor::extend<
    // Place this order, once. `throttled` when the lease ends while the call waits for the call budget, or for the end
    // of a pause that the broker asked for.
    caf::replies_to<place_atom, place_call>::with<place_result>,
    // How this order is.
    caf::replies_to<getorder_atom, get_call>::with<get_result>,
    // The orders that were entered in a span of time, as evidence.
    caf::replies_to<listorders_atom, list_call>::with<list_result>,
    // How many shares of a symbol the account holds, as evidence.
    caf::replies_to<position_atom, position_call>::with<position_result>,
    // When the market is open today. The answer may be a minute old; an error is remembered for some seconds, too.
    caf::replies_to<session_atom>::with<session_result>>;

// -- tokens ----------------------------------------------------------------------------------------------------------

/// Keeps the broker's login alive. One in the cluster; a node without it asks its cluster actor.
using tokens_actor = entity_actor::extend<
    // A person wants to log in. Answered with the address of the broker's login page, at once.
    caf::replies_to<beginlogin_atom>::with<std::string>,
    // The person came back from it. Answered when the broker has answered, or at once if it is not asked.
    caf::replies_to<endlogin_atom, login_code>::with<login_result>,
    // The broker did not accept the access token: get another one, unless this was about an older one.
    caf::reacts_to<reject_atom>>;

// -- supervisor ------------------------------------------------------------------------------------------------------

/// Starts, restarts and stops the services of a node. The status of a child that is down is `restarting` or `parked`.
using supervisor_actor = observable_actor::extend<
    // Drain all children, then quit. Answered with the names of those that did not end within their grace.
    caf::replies_to<drain_atom>::with<std::vector<std::string>>,
    // From a person: restart this child and those that need it, without back-off, and without a charge to its budget.
    // The second text says for the notice who asks and why: "ana asked for it: memory grows".
    caf::replies_to<restart_atom, std::string, std::string>::with<restart_result>>;

// -- control desk ----------------------------------------------------------------------------------------------------

/// Writes what a person decides about a symbol.
using control_desk_actor = caf::typed_actor<
    // Answered exactly once, in the order of the requests, when the decision is durable, invalid or not written.
    caf::replies_to<decide_atom, control_request>::with<control_answer>>;

// -- cluster ---------------------------------------------------------------------------------------------------------

/// What the actors of a node ask its cluster actor.
using cluster_actor = observable_actor::extend<
    // Ask the member of this name; with an empty name, whichever member that runs the tokens service answers first
    // without an error. Always answered, within seconds; `error` says for people why there is no answer.
    caf::replies_to<relay_atom, std::string, remote_question>::with<remote_answer>,
    // The broker did not accept the access token: tell the tokens actor, wherever it is.
    caf::reacts_to<renew_atom>,
    // From the supervisor: say goodbye to the other nodes. Answered when the goodbyes are out.
    caf::replies_to<drain_atom>::with<ok_atom>>;

/// What a node says to the cluster actor of another one; cluster.hpp. All of it crosses the wire.
using peer_actor = caf::typed_actor<
    // The protocol, version, name, incarnation, host and port of the sender, and by which link it came. Answered with
    // `welcome` or `refuse`, which carry the same link.
    caf::reacts_to<hello_atom, std::uint32_t, std::string, std::string, std::uint64_t, std::string, std::uint16_t,
                   std::string>,
    caf::reacts_to<welcome_atom, std::uint32_t, std::string, std::string, std::uint64_t, std::string, std::uint16_t,
                   std::string>,
    // A code, the reason for people, and the link.
    caf::reacts_to<refuse_atom, std::string, std::string, std::string>,
    // Which run holds this name, or zero, and its address. Asked before a node starts.
    caf::replies_to<whois_atom, std::string>::with<std::uint64_t, std::string>,
    // The sender lives, knows these members and hosts these services.
    caf::reacts_to<beat_atom, heartbeat>,
    // The node of this name and incarnation ends.
    caf::reacts_to<leave_atom, std::string, std::uint64_t>,
    // A question to this node. Its `answer` carries the question's number; the asker gives up after a time of its own.
    caf::reacts_to<question_atom, remote_question>, caf::reacts_to<answer_atom, remote_answer>,
    // The broker did not accept the access token; for a node that runs the tokens service.
    caf::reacts_to<reject_atom>>;

// -- aggregator ------------------------------------------------------------------------------------------------------

/// Answers from the rows that it folds out of the log; with an error when the store of the rows does not answer.
using aggregator_actor =
    observable_actor::extend<caf::replies_to<positions_atom>::with<position_list>,
                             caf::replies_to<position_atom, std::string>::with<position_answer>,
                             // A page, newest first.
                             caf::replies_to<trades_atom, trades_query>::with<trade_page>,
                             caf::replies_to<executions_atom, executions_query>::with<execution_page>,
                             caf::replies_to<execution_atom, std::string>::with<execution_answer>,
                             caf::replies_to<letters_atom, dead_letters_query>::with<dead_letter_page>,
                             caf::replies_to<decisions_atom, decisions_query>::with<decision_page>,
                             // What health and metrics show.
                             caf::replies_to<overview_atom>::with<projection_overview>>;

// -- API -------------------------------------------------------------------------------------------------------------

/// An HTTP server. Requests come in over its port; as an actor it only says how it is.
using api_actor = observable_actor;

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::slice_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::step_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::hand_over_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::hand_over_result)
