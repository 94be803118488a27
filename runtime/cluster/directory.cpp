#include "runtime/cluster/directory.hpp"

namespace hedgerow::cluster {
namespace {

/// Heartbeats stay small: more entities are counted, not named.
constexpr std::size_t named_entities = 20;

}  // namespace

std::vector<hosted_service> hosted_services(const protocol::actor_status& tree) {
  std::vector<hosted_service> all;
  for (const auto& child : tree.children) {
    if (!child.hosts.entities) continue;
    hosted_service service{
        child.name, std::string{to_string(child.state)}, child.hosts.partitions, child.hosts.live, {}};
    for (const auto& entity : child.children) {
      if (service.names.size() == named_entities) break;
      service.names.push_back(entity.name);
    }
    all.push_back(std::move(service));
  }
  return all;
}

}  // namespace hedgerow::cluster
