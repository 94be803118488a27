// What a service tells its bridge: which topics it reads, how records find their entity, how an entity is made.
#pragma once

#include <caf/actor_system.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/ports/metrics.hpp"
#include "actors/ports/notices.hpp"
#include "messages/events/record.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/protocol/slot.hpp"

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
  /// that is ignored is booked from nothing. See changelog.hpp.
  std::function<std::string(const record&)> unreadable = [](const record&) { return std::string{}; };
  /// Whether an entity with this changelog has something to do without being asked: timers, an order to follow.
  std::function<bool(const std::map<std::string, std::string>&)> wakes_by_itself = [](const auto&) { return false; };
  /// Topic that only this service writes to, and whose records may be left to the bridge that reads it (hand_over.hpp).
  std::optional<topic> hands_over;
  /// Input that may come from the bridge that writes it. Entities must know a record that they have handled before.
  std::optional<topic> takes_over;
  /// An entity that lives as long as partition 0 of the first input is owned.
  std::optional<std::string> resident;
  std::function<protocol::entity_actor(caf::actor_system&, entity_seed)> spawn;
};

/// Where the bridge of a service on this node is now.
using bridge_slot = std::shared_ptr<protocol::slot<protocol::bridge_actor>>;

struct bridge_config {
  /// Largest number of records taken in one cycle.
  std::size_t batch_max = 1000;
  /// Transactions that may be on their way at once.
  std::size_t commits_in_flight = 4;
  /// An entity that does not answer its slice for this long is restarted.
  std::chrono::milliseconds handle_timeout{30'000};
  /// Tries of a single record before it becomes a dead letter.
  std::uint32_t max_attempts = 3;
  /// An idle entity without mail for this long is stopped.
  std::chrono::milliseconds passivate_after{600'000};
  /// How long a drain waits for effects that are under way.
  std::chrono::milliseconds drain_grace{5'000};
  /// Pause before an entity that works on its own is started again after it died, and before a record that failed alone
  /// is tried again; doubles with each further failure.
  std::chrono::milliseconds entity_backoff{100};
  /// Longest pause before a record is tried again.
  std::chrono::milliseconds retry_backoff_max{10'000};
  /// So many deaths without a step in between end the bridge: its supervisor decides then.
  std::uint32_t entity_deaths = 5;
  /// Larger transactions are not handed over: what a backlog needs is many records per transaction.
  std::size_t hand_over_max = 64;
  /// Longer than the receiver may take with all its tries, and then the log with the transaction.
  std::chrono::milliseconds hand_over_timeout{300'000};
  /// Where it is found by the bridge that hands over to it, and where it finds the one that it hands over to; may be null.
  bridge_slot known_as;
  bridge_slot next;
  /// How long offsets of records that need no transaction wait for one.
  std::chrono::milliseconds offsets_wait{1'000};
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
  /// May be null.
  ports::metrics_ptr metrics;
  /// Stable name of this instance of the service.
  std::string instance = "node";
};

}  // namespace hedgerow::bridges
