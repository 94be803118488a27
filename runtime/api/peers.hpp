// The other nodes, as the API and the admin endpoint ask them.
#pragma once

#include <functional>
#include <memory>

#include "runtime/adapters/http/http_server.hpp"
#include "runtime/cluster/cluster_options.hpp"

namespace hedgerow::api {

struct peer_access {
  /// Empty as long as the node is alone.
  std::shared_ptr<cluster::directory> members = std::make_shared<cluster::directory>();
  std::shared_ptr<cluster::cluster_slot> actor = std::make_shared<cluster::cluster_slot>();
};

/// Asks `member`, or, when that is empty, the node that runs the tokens service. `done` is called once, on an actor;
/// the answer's `error` says for people why there is none.
void ask_peer(caf::actor_system& system, const peer_access& others, std::string member,
              protocol::remote_question question, std::function<void(const protocol::remote_answer&)> done);

/// GET /actors for another node, or for `all`. `own_root` answers for this node.
void show_remote_actors(caf::actor_system& system, const peer_access& others,
                        const protocol::supervisor_actor& own_root, const std::string& own_name,
                        const std::string& node, bool plain, const http::responder& respond);

/// {"enabled":true,"members":[...]}: who is there, since when it is silent, what it hosts. Also as text for people.
[[nodiscard]] std::string cluster_view(const cluster::snapshot* members, std::chrono::nanoseconds now);
[[nodiscard]] std::string cluster_text(const cluster::snapshot* members, std::chrono::nanoseconds now);

}  // namespace hedgerow::api
