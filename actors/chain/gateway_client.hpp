// The chain port of a node with several endpoints: asks the gateway, wherever its present incarnation is.
#pragma once

#include <memory>

#include "actors/chain/chain_users.hpp"
#include "actors/ports/chain_client.hpp"

namespace hedgerow::chain {

[[nodiscard]] std::shared_ptr<ports::chain_client> make_gateway_client(std::shared_ptr<chain_users> users);

}  // namespace hedgerow::chain
