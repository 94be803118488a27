#include "actors/validation/validation_service.hpp"

#include <caf/all.hpp>

#include "actors/validation/validation_actor.hpp"

namespace hedgerow::validation {
namespace {

std::vector<services::child> children(const services::context& in) {
  // Its own connection, for questions only: history that ingestion reads must not delay them.
  auto chain = in.make_chain_client();
  const auto nothing = [](auto&&...) {};
  chain->open({}, {}, {nothing, nothing, nothing, nothing, nothing});
  const auto config = in.known.get<validation_config>();
  return {services::bridged(in, description, validation_service(config, std::move(chain), in.clock, in.notices))};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::validation
