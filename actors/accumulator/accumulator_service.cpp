#include "actors/accumulator/accumulator_service.hpp"

#include <caf/all.hpp>

#include "actors/accumulator/accumulator_actor.hpp"

namespace hedgerow::accumulator {
namespace {

std::vector<services::child> children(const services::context& in) {
  const auto policy = in.known.get<domain::hedging_policy>();
  return {services::bridged(in, description, accumulator_service(policy, in.clock, in.notices))};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::accumulator
