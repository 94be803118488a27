// What the cluster actor of a node is made from, and where the others of its node find it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "messages/protocol/interfaces.hpp"
#include "messages/protocol/slot.hpp"
#include "runtime/cluster/directory.hpp"

namespace hedgerow::cluster {

struct cluster_options {
  /// This node: name, incarnation, where others reach it, version, sets, ports.
  member_record self;
  std::string listen_address = "127.0.0.1";
  /// host:port. Its own address among them is found out and left out.
  std::vector<std::string> seeds;
  domain::member_policy policy;
};

using root_slot = protocol::slot<protocol::supervisor_actor>;

/// All of it outlives the actor system or is shared.
struct cluster_ports {
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  /// May be null.
  ports::notices* notices = nullptr;
  std::shared_ptr<directory> members = std::make_shared<directory>();
  /// Who answers questions about this node; either may be null.
  std::shared_ptr<root_slot> root;
  std::shared_ptr<tokens::tokens_slot> tokens;
  /// Called with the number of nodes that may be calling the broker, whenever that may have changed. May be empty.
  std::function<void(std::uint32_t callers)> share = [](std::uint32_t) {};
  /// Another node has this node's name and the older right to it: this one must end. Called once.
  std::function<void(std::string why)> name_taken = [](const std::string&) {};
};

using cluster_slot = protocol::slot<protocol::cluster_actor>;

}  // namespace hedgerow::cluster
