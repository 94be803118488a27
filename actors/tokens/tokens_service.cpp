#include "actors/tokens/tokens_service.hpp"

#include <caf/all.hpp>

#include "actors/tokens/tokens_actor.hpp"

namespace hedgerow::tokens {
namespace {

std::vector<services::child> children(const services::context& in) {
  const auto slot = in.known.get<std::shared_ptr<tokens_slot>>();
  const tokens_ports ports{in.oauth, in.vault, slot, in.clock, in.random, in.notices};
  return {services::bridged(in, description, tokens_service(in.known.get<tokens_config>(), ports))};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::tokens
