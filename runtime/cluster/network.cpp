#include "runtime/cluster/network.hpp"

#include <openssl/err.h>
#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

namespace hedgerow::cluster {

std::string load_network(caf::actor_system_config& config, const tls_files& tls) {
  if (auto problem = tls_problem(tls); !problem.empty()) return problem;
  config.load<caf::io::middleman>();
  // Few and small messages: deserialising them on the network's own thread is quickest. CAF's own heartbeats stay off:
  // when two nodes have connected to each other at the same moment, each hears the other on the connection that it does
  // not count, and would close the one that it does.
  config.set("middleman.workers", std::size_t{0});
  config.set("middleman.enable-automatic-connections", false);
  if (!tls.wanted()) return {};
  config.load<caf::openssl::manager>();
  config.openssl_certificate = tls.certificate;
  config.openssl_key = tls.key;
  config.openssl_cafile = tls.ca_file;
  return {};
}

caf::io::middleman_actor gate(caf::actor_system& system) {
  return system.has_openssl_manager() ? system.openssl_manager().actor_handle() : system.middleman().actor_handle();
}

void forget_tls_errors(caf::actor_system& system) {
  if (system.has_openssl_manager()) system.middleman().run_later([] { ERR_clear_error(); });
}

void quiesce_network(caf::actor_system& system, std::uint16_t port) {
  constexpr std::chrono::seconds limit{5};
  caf::scoped_actor self{system};
  // Goes through both mailboxes of the network module, behind everything that was sent before.
  self->request(gate(system), limit, caf::close_atom::value, port).receive([] {}, [](const caf::error&) {});
}

}  // namespace hedgerow::cluster
