#include "actors/execution/execution_service.hpp"

#include <caf/all.hpp>

#include "actors/execution/execution_actor.hpp"

namespace hedgerow::execution {
namespace {

std::vector<services::child> children(const services::context& in) {
  using account = std::shared_ptr<broker::account_share>;
  execution_ports ports{
      {},         in.tokens,        in.clock,
      in.notices, in.refresh_token, std::make_shared<recent_placements>(in.known.get<account>(), in.calls, in.clock)};
  return {
      services::bridged(in, description, {services::gateway_child},
                        [config = in.known.get<execution_config>(), ports](const services::running& others) mutable {
                          ports.gateway = caf::actor_cast<protocol::gateway_actor>(others.at(services::gateway_child));
                          return execution_service(config, ports);
                        })};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::execution
