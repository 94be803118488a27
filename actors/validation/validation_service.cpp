#include "actors/validation/validation_service.hpp"

#include <caf/all.hpp>

#include "actors/validation/validation_actor.hpp"

namespace hedgerow::validation {
namespace {

std::vector<services::child> children(const services::context& in) {
  in.chain->connect();
  const auto config = in.known.get<validation_config>();
  return {services::bridged(in, description, validation_service(config, in.chain, in.clock, in.notices))};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::validation
