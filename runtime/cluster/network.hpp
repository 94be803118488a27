// CAF's network module as a node uses it: plain or with TLS on both sides.
#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman_actor.hpp>

#include "runtime/cluster/tls_files.hpp"

namespace hedgerow::cluster {

/// Before the actor system is made. Fails with a text for people when the TLS files cannot be used; the system must not
/// be made then.
[[nodiscard]] std::string load_network(caf::actor_system_config& config, const tls_files& tls);

/// Opens ports and connects; speaks TLS when that was loaded.
[[nodiscard]] caf::io::middleman_actor gate(caf::actor_system& system);

}  // namespace hedgerow::cluster
