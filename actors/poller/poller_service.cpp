#include "actors/poller/poller_service.hpp"

#include <caf/all.hpp>

#include "actors/poller/poller_actor.hpp"

namespace hedgerow::poller {
namespace {

std::vector<services::child> children(const services::context& in) {
  return {services::bridged(in, description, {services::gateway_child},
                            [config = in.known.get<poller_config>(), clock = in.clock, random = in.random,
                             notices = in.notices](const services::running& others) {
                              auto gateway =
                                  caf::actor_cast<protocol::gateway_actor>(others.at(services::gateway_child));
                              return poller_service(config, {gateway, clock, random, notices});
                            })};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::poller
