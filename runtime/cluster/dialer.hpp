// Connects to addresses, one after the other, on a thread of its own: looking whether somebody listens may block.
#pragma once

#include <caf/typed_actor.hpp>
#include <string>

#include "messages/protocol/atoms.hpp"

namespace hedgerow::cluster {

/// Answers with the actor that is published at host and port, or with an error; within seconds, plus what the resolver
/// needs for a name.
using dialer_actor = caf::typed_actor<caf::replies_to<protocol::dial_atom, std::string, std::uint16_t>::with<caf::actor>>;

/// Spawn it detached.
dialer_actor::behavior_type dialer(dialer_actor::pointer self);

}  // namespace hedgerow::cluster
