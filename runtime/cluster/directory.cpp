#include "runtime/cluster/directory.hpp"

#include <charconv>

namespace hedgerow::cluster {
namespace {

/// Heartbeats stay small: more entities are counted, not named.
constexpr std::size_t named_entities = 20;

std::string detail_of(const protocol::actor_status& s, const std::string& name) {
  for (const auto& [key, value] : s.detail)
    if (key == name) return value;
  return {};
}

}  // namespace

std::vector<hosted_service> hosted_services(const protocol::actor_status& tree) {
  std::vector<hosted_service> all;
  for (const auto& child : tree.children) {
    if (child.kind != "bridge") continue;
    hosted_service service{child.name, child.state, detail_of(child, "assigned"), 0, {}};
    const auto live = detail_of(child, "entities_live");
    std::from_chars(live.data(), live.data() + live.size(), service.entities);
    for (const auto& entity : child.children) {
      if (service.names.size() == named_entities) break;
      service.names.push_back(entity.name);
    }
    all.push_back(std::move(service));
  }
  return all;
}

}  // namespace hedgerow::cluster
