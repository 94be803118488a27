#include "runtime/cluster/name_check.hpp"

#include <caf/all.hpp>

#include "runtime/cluster/endpoint.hpp"
#include "runtime/cluster/network.hpp"
#include "runtime/cluster/tcp_probe.hpp"

namespace hedgerow::cluster {

using namespace protocol;

namespace {

/// Where the name is held; empty when it is free, or the seed does not say.
std::string holder(caf::scoped_actor& self, const endpoint& seed, const cluster_options& options) {
  // Where TLS is spoken, a probe is a broken handshake (network.hpp).
  const auto probe = self->system().has_openssl_manager() ? tcp_probe{} : probe_tcp(seed.host, seed.port, probe_limit);
  if (!probe.problem.empty()) return {};
  caf::actor peer;
  self->request(gate(self->system()), handshake_limit, caf::connect_atom::value, seed.host, seed.port)
      .receive([&](const caf::node_id&, const caf::strong_actor_ptr& found,
                   const std::set<std::string>&) { peer = caf::actor_cast<caf::actor>(found); },
               [](const caf::error&) {});
  std::string where;
  if (!peer) return where;
  self->request(peer, options.policy.heartbeat_timeout, whois_atom::value, options.self.name)
      .receive([&](std::uint64_t incarnation, std::string& at) { where = incarnation == 0 ? "" : std::move(at); },
               [](const caf::error&) {});
  return where;
}

}  // namespace

expected<void, std::string> check_name(caf::actor_system& system, const cluster_options& options,
                                       const ports::clock& clock) {
  caf::scoped_actor self{system};
  const auto patience = clock.monotonic() + 3 * options.policy.heartbeat_timeout;
  std::string where;
  do {
    // A pause between two tries.
    if (!where.empty()) self->receive(caf::after(options.policy.heartbeat_interval) >> [] {});
    where.clear();
    for (const auto& text : options.seeds) {
      const auto seed = parse_endpoint(text);
      if (!seed || text == options.self.address()) continue;
      where = holder(self, *seed, options);
      if (!where.empty()) break;
    }
  } while (!where.empty() && clock.monotonic() < patience);
  if (where.empty()) return {};
  return unexpected("node.name = \"" + options.self.name + "\": the node at " + where +
                    " has this name and is at work; give each node a name of its own");
}

}  // namespace hedgerow::cluster
