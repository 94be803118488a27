// What a service tells its bridge: which topics it reads, how records find their entity, how an entity is made.
#pragma once

#include <caf/actor_system.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/bridges/bridge_limits.hpp"
#include "actors/bridges/chain.hpp"
#include "actors/ports/metrics.hpp"
#include "actors/ports/notices.hpp"
#include "messages/events/record.hpp"
#include "messages/events/service_info.hpp"
#include "messages/protocol/interfaces.hpp"

namespace hedgerow::bridges {

/// Everything an entity starts from. It must not do anything before its first message.
struct entity_seed {
  std::string key;
  /// Partition that the entity lives in; its outputs by symbol go to the same number.
  std::uint32_t partition = 0;
  /// Changelog key -> newest value.
  std::map<std::string, std::string> changelog;
  protocol::emitter_actor bridge;
};

struct service {
  /// Consumer group; also the name in logs, dead letters and the actor tree.
  std::string name;
  std::vector<topic> inputs;
  std::optional<topic> changelog;
  /// Key of the entity that a record is for; nothing when the service does not care for it.
  std::function<std::optional<std::string>(const record&)> route;
  /// Entity of a changelog record; by default its key.
  std::function<std::string(const record&)> changelog_entity = [](const record& r) { return r.key; };
  /// Why a changelog record cannot be read, or empty. One that cannot ends the node before any input is taken: state
  /// that is ignored is booked from nothing. See entity/changelog.hpp.
  std::function<std::string(const record&)> unreadable = [](const record&) { return std::string{}; };
  /// Whether an entity with this changelog has something to do without being asked: timers, an order to follow.
  std::function<bool(const std::map<std::string, std::string>&)> has_own_work = [](const auto&) { return false; };
  service_links links;
  /// An entity that lives as long as partition 0 of the first input is owned.
  std::optional<std::string> always_on;
  std::function<protocol::entity_actor(caf::actor_system&, entity_seed)> spawn;
};

/// What a bridge is connected with on its node.
struct bridge_wiring {
  /// Joins it with the other bridges of its node; may be null.
  chain_ptr chain;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
  /// May be null.
  ports::metrics_ptr metrics;
  /// Stable name of this instance of the service.
  std::string instance = "node";
};

struct bridge_config : bridge_limits, bridge_wiring {};

}  // namespace hedgerow::bridges
