#include "runtime/cluster/dialer.hpp"

#include <caf/all.hpp>

#include "runtime/cluster/network.hpp"
#include "runtime/cluster/tcp_probe.hpp"

namespace hedgerow::cluster {
namespace {

constexpr std::chrono::milliseconds probe_limit{1'000};
/// The handshake of CAF and TLS. A node that stands still never answers it.
constexpr std::chrono::seconds handshake_limit{3};

}  // namespace

dialer_actor::behavior_type dialer(dialer_actor::pointer self) {
  return {[=](protocol::dial_atom, const std::string& host, std::uint16_t port) -> caf::result<caf::actor> {
    if (const auto problem = tcp_problem(host, port, probe_limit); !problem.empty())
      return caf::make_error(caf::sec::cannot_connect_to_node, problem);
    auto found = self->make_response_promise<caf::actor>();
    self->request(gate(self->system()), handshake_limit, caf::connect_atom::value, host, port)
        .then(
            [found](const caf::node_id&, const caf::strong_actor_ptr& published,
                    const std::set<std::string>&) mutable {
              if (published)
                found.deliver(caf::actor_cast<caf::actor>(published));
              else
                found.deliver(caf::make_error(caf::sec::no_actor_published_at_port));
            },
            [found](caf::error& why) mutable { found.deliver(std::move(why)); });
    return found;
  }};
}

}  // namespace hedgerow::cluster
