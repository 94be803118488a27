#include "runtime/cluster/name_check.hpp"

#include <caf/all.hpp>

#include "runtime/cluster/address.hpp"
#include "runtime/cluster/dialer.hpp"

namespace hedgerow::cluster {

using namespace protocol;

namespace {

constexpr std::chrono::seconds dial_limit{6};

/// Where the name is held; empty when it is free, or the seed does not say.
std::string holder(caf::scoped_actor& self, const dialer_actor& dial, const address& seed,
                   const cluster_options& options) {
  caf::actor peer;
  self->request(dial, dial_limit, dial_atom::value, seed.host, seed.port)
      .receive([&](caf::actor& found) { peer = std::move(found); }, [](const caf::error&) {});
  std::string where;
  if (!peer) return where;
  self->request(peer, options.policy.timeout, whois_atom::value, options.self.name)
      .receive([&](std::uint64_t incarnation, std::string& at) { where = incarnation == 0 ? "" : std::move(at); },
               [](const caf::error&) {});
  return where;
}

}  // namespace

expected<void, std::string> check_name(caf::actor_system& system, const cluster_options& options,
                                       const ports::clock& clock) {
  caf::scoped_actor self{system};
  const auto dial = self->spawn<caf::detached>(dialer);
  const auto patience = clock.monotonic() + 3 * options.policy.timeout;
  std::string where;
  do {
    // A pause between two tries.
    if (!where.empty()) self->receive(caf::after(options.heartbeat_interval) >> [] {});
    where.clear();
    for (const auto& text : options.seeds) {
      const auto seed = parse_address(text);
      if (!seed || text == options.self.address()) continue;
      where = holder(self, dial, *seed, options);
      if (!where.empty()) break;
    }
  } while (!where.empty() && clock.monotonic() < patience);
  self->send_exit(dial, caf::exit_reason::kill);
  if (where.empty()) return {};
  return unexpected("node.name = \"" + options.self.name + "\": the node at " + where +
                    " has this name and is at work; give each node a name of its own");
}

}  // namespace hedgerow::cluster
