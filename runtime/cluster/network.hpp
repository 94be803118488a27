// CAF's network module as a node uses it: plain or with TLS on both sides.
#pragma once

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman_actor.hpp>
#include <chrono>
#include <cstdint>

#include "runtime/cluster/tls_files.hpp"

namespace hedgerow::cluster {

/// The handshake of CAF and TLS. A node that stands still never answers it.
inline constexpr std::chrono::seconds handshake_limit{3};

/// Before the actor system is made. Fails with a text for people when the TLS files cannot be used; the system must not
/// be made then.
[[nodiscard]] std::string load_network(caf::actor_system_config& config, const tls_files& tls);

/// Opens ports and connects; speaks TLS when that was loaded.
[[nodiscard]] caf::io::middleman_actor gate(caf::actor_system& system);

/// Call it often. CAF 0.17.6 does not take note of what OpenSSL remembers of a failed handshake, and would end healthy
/// connections for it one after the other.
void forget_tls_errors(caf::actor_system& system);

/// After all actors have ended, before the actor system does: waits until CAF's network has nothing under way for this
/// port. An actor system that ends while a port is being opened hangs (CAF 0.17.6).
void quiesce_network(caf::actor_system& system, std::uint16_t port);

}  // namespace hedgerow::cluster
