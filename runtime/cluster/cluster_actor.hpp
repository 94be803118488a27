// One per node, published on the cluster port: joins the node to the others, keeps the list of members, and carries
// questions between nodes.
//
// Each node connects to each other one. No message needs an answer that CAF would have to route: our own number matches
// an answer to its question, and our own time-out ends the wait. A silent peer gets one hello and nothing else.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <functional>
#include <memory>

#include "actors/ports/clock.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/random.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "messages/protocol/cluster.hpp"
#include "messages/protocol/slot.hpp"
#include "runtime/cluster/directory.hpp"
#include "runtime/supervision/supervisor.hpp"

namespace hedgerow::cluster {

struct cluster_options {
  /// This node: name, incarnation, where others reach it, version, sets, ports.
  member_record self;
  std::string listen_address = "127.0.0.1";
  /// host:port. Its own address among them is found out and left out.
  std::vector<std::string> seeds;
  std::chrono::milliseconds heartbeat_interval{500};
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

/// From an actor of this node to its cluster actor: ask that member; with an empty `member`, whichever member that runs
/// the tokens set answers first without an error.
struct ask_member {
  std::string member;
  protocol::remote_question question;
};

using cluster_slot = protocol::slot<caf::actor>;

class cluster;
struct cluster_state {
  static inline const char* name = "cluster";
  std::shared_ptr<cluster> impl;
};

/// Understands, from this node: (status) -> actor_status; (drain) -> ok after saying goodbye; (ask, ask_member) ->
/// remote_answer, always, within seconds; (reject): the broker did not accept the access token, tell the tokens actor
/// wherever it is. From other nodes: messages/protocol/cluster.hpp. Quits with the reason when it cannot listen.
caf::behavior cluster_actor(caf::stateful_actor<cluster_state>* self, cluster_options options, cluster_ports outside);

}  // namespace hedgerow::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(hedgerow::cluster::ask_member)
