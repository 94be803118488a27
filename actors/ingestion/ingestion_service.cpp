#include "actors/ingestion/ingestion_service.hpp"

#include <caf/all.hpp>

#include "actors/ingestion/ingestion_actor.hpp"

namespace hedgerow::ingestion {
namespace {

std::vector<services::child> children(const services::context& in) {
  return {services::bridged(in, description,
                            ingestion_service(in.known.get<ingestion_config>(), in.make_chain_client, in.clock,
                                              in.notices, in.broker, in.random))};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::ingestion
