// The typed actors that different parts of the system meet at.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <memory>
#include <string>

#include "messages/protocol/actor_status.hpp"
#include "messages/protocol/atoms.hpp"
#include "messages/protocol/hand_over.hpp"
#include "messages/protocol/step.hpp"

namespace hedgerow::protocol {

/// How a commit ended; empty text means that it is durable.
struct commit_result {
  std::uint64_t number = 0;
  std::string error;
};

/// Anything that the admin endpoint can ask.
using observable_actor = caf::typed_actor<caf::replies_to<status_atom>::with<actor_status>>;

/// Hosts the state of one key: a symbol's position, an order being polled. Answers a slice with one step, exactly
/// once; dies when it cannot. Other records it emits to its bridge.
using entity_actor = caf::typed_actor<caf::replies_to<handle_atom, slice_ptr>::with<step_ptr>,
                                      caf::reacts_to<committed_atom, std::uint64_t>,
                                      caf::replies_to<status_atom>::with<actor_status>>;

/// Where entities send the steps that they take on their own.
using emitter_actor = caf::typed_actor<caf::reacts_to<emit_atom, step_ptr>>;

/// Owns one consumer and one transactional producer of a service. `handle` with a number is
/// its own timer: that slice is due again; `restart` with a key likewise: that entity is due to be started again;
/// `committed`: offsets have waited long enough for other records.
using bridge_actor = caf::typed_actor<caf::reacts_to<emit_atom, step_ptr>, caf::reacts_to<poll_atom>,
                                      caf::reacts_to<done_atom, commit_result>, caf::reacts_to<tick_atom>,
                                      caf::reacts_to<handle_atom, std::uint64_t>,
                                      caf::reacts_to<restart_atom, std::string>, caf::reacts_to<committed_atom>,
                                      caf::replies_to<hand_atom, hand_over_ptr>::with<hand_over_result>,
                                      caf::replies_to<drain_atom>::with<ok_atom>,
                                      caf::replies_to<status_atom>::with<actor_status>>;

}  // namespace hedgerow::protocol

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::slice_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::step_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::commit_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::hand_over_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::protocol::hand_over_result)
