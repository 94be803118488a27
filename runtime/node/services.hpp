// Which children the root supervisor of a node has, in the direction of the data.
#pragma once

#include "actors/tokens/tokens_actor.hpp"
#include "messages/protocol/slot.hpp"
#include "runtime/api/api_service.hpp"
#include "runtime/api/peers.hpp"
#include "runtime/node/node.hpp"

namespace hedgerow::node {

using root_slot = protocol::slot<protocol::supervisor_actor>;

struct slots {
  std::shared_ptr<root_slot> root = std::make_shared<root_slot>();
  std::shared_ptr<api::model_slot> model = std::make_shared<api::model_slot>();
  std::shared_ptr<tokens::tokens_slot> tokens = std::make_shared<tokens::tokens_slot>();
  /// The other nodes.
  api::peer_access others;
  /// How many nodes spend the account's budgets.
  std::shared_ptr<broker::account_share> share = std::make_shared<broker::account_share>();
  /// Another node has the older right to this node's name.
  std::function<void(std::string why)> name_taken = [](const std::string&) {};
};

[[nodiscard]] std::vector<supervision::child_spec> make_services(const node_settings& settings,
                                                                 const node_ports& outside, const slots& known);

}  // namespace hedgerow::node
