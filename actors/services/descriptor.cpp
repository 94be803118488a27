#include "actors/services/descriptor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"

namespace hedgerow::services {
namespace {

bridges::bridge_config config_for(const context& in, const bridges::service& what) {
  auto config = in.bridge;
  if (what.takes_over) config.known_as = in.handed_over;
  if (what.hands_over) config.next = in.handed_over;
  return config;
}

}  // namespace

bridges::service service_of(const service_info& info) {
  bridges::service s;
  s.name = std::string{info.name};
  s.inputs.assign(info.inputs.begin(), info.inputs.end());
  s.changelog = info.changelog;
  return s;
}

child bridged(const context& in, const service_info& info, bridges::service what) {
  return bridged(in, info, {}, [what = std::move(what)](const running&) { return what; });
}

child bridged(const context& in, const service_info& info, std::vector<std::string> needs,
              std::function<bridges::service(const running&)> make) {
  auto start = [in, make = std::move(make)](caf::actor_system& system, const running& others) {
    const auto what = make(others);
    return caf::actor_cast<caf::actor>(
        protocol::spawn_class<bridges::bridge>(system, in.log, what, config_for(in, what), in.clock));
  };
  return {std::string{info.name}, std::move(start), std::move(needs), true};
}

}  // namespace hedgerow::services
