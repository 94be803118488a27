#include "runtime/node/registry.hpp"

#include "actors/accumulator/accumulator_service.hpp"
#include "actors/execution/execution_service.hpp"
#include "actors/ingestion/ingestion_service.hpp"
#include "actors/poller/poller_service.hpp"
#include "actors/tokens/tokens_service.hpp"
#include "actors/validation/validation_service.hpp"
#include "runtime/api/api_service.hpp"

namespace hedgerow::node {

std::span<const services::descriptor* const> registry() {
  // One row each, so that a new one changes no other.
  // clang-format off
  static constexpr const services::descriptor* all[] = {
      &tokens::descriptor,
      &ingestion::descriptor,
      &validation::descriptor,
      &accumulator::descriptor,
      &execution::descriptor,
      &poller::descriptor,
      &api::descriptor,
  };
  // clang-format on
  return all;
}

const service_list& all_services() {
  static const service_list all = [] {
    service_list out;
    for (const auto* d : registry()) out.push_back(d->info);
    return out;
  }();
  return all;
}

}  // namespace hedgerow::node
