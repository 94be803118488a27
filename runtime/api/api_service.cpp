#include "runtime/api/api_service.hpp"

#include <caf/all.hpp>

namespace hedgerow::api {
namespace {

const char* const model_child = aggregator::aggregator::actor_name;

/// Of the whole pipeline, whatever of it runs on this node.
ports::input_groups groups_with_lag(const service_list& all) {
  ports::input_groups groups;
  for (const auto& s : all)
    if (s.reports_lag && !s.inputs.empty())
      groups.emplace_back(std::string{s.name}, std::vector<topic>{s.inputs.begin(), s.inputs.end()});
  return groups;
}

std::vector<services::child> children(const services::context& in) {
  const auto wiring = in.known.get<api_wiring>();
  services::child model{model_child, {}, {}, false, true};
  model.start = [log = in.log, rows = wiring.rows, slot = wiring.model](caf::actor_system& system,
                                                                        const services::running&) {
    auto actor = protocol::spawn_class<aggregator::aggregator>(system, log, rows, aggregator::aggregator_config{});
    slot->put(actor.address());
    return caf::actor_cast<caf::actor>(actor);
  };
  const api_ports ports{wiring.tokens, wiring.root, in.clock,
                        std::make_shared<lag_meter>(in.log, groups_with_lag(in.all), in.clock), wiring.others};
  services::child server{service_name, {}, {model_child}, false, true};
  server.start = [options = wiring.options, ports](caf::actor_system& system, const services::running& others) {
    auto read_model = caf::actor_cast<aggregator::aggregator_actor>(others.at(model_child));
    return caf::actor_cast<caf::actor>(protocol::spawn_class<api_server>(system, options, ports, read_model));
  };
  return {std::move(model), std::move(server)};
}

}  // namespace

constinit const services::descriptor descriptor{description, children};

}  // namespace hedgerow::api
