#include "actors/services/descriptor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/bridge.hpp"

namespace hedgerow::services {

bridges::chain_ptr chain_of(const service_list& all) {
  auto joined = std::make_shared<bridges::chain>();
  for (const auto& s : all)
    if (s.links.takes_over) joined->join(*s.links.takes_over);
  return joined;
}

bridges::service service_of(const service_info& info) {
  bridges::service s;
  s.name = std::string{info.name};
  s.inputs.assign(info.inputs.begin(), info.inputs.end());
  s.changelog = info.changelog;
  s.links = info.links;
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
        protocol::spawn_class<bridges::bridge>(system, in.log, what, in.bridge, in.clock));
  };
  return {std::string{info.name}, std::move(start), std::move(needs), true};
}

}  // namespace hedgerow::services
