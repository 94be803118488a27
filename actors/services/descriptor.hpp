// A service as the node sees it: what it is, and which children it becomes. Each service defines one `descriptor` in
// its own folder and is listed in runtime/node/registry.cpp; what concerns all services is derived from there.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/bridges/service.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/call_memory.hpp"
#include "actors/ports/chain_client.hpp"
#include "actors/ports/clock.hpp"
#include "actors/ports/event_log.hpp"
#include "actors/ports/notices.hpp"
#include "actors/ports/oauth_api.hpp"
#include "actors/ports/random.hpp"
#include "actors/services/child.hpp"
#include "messages/events/service_info.hpp"
#include "messages/types/connection_policy.hpp"
#include "messages/types/parts.hpp"

namespace hedgerow::services {

/// The child that all calls of the broker go through. Runs where a service needs `broker`.
inline constexpr const char* gateway_child = "broker-gateway";

/// One of several nodes of the chain.
struct chain_endpoint : endpoint_limits {
  std::string name;
  /// A connection of its own each time.
  std::function<std::shared_ptr<ports::chain_client>()> connect;
};

/// The world as a node sees it. Ports that no service of this node needs are null.
struct world_ports {
  std::shared_ptr<ports::event_log> log;
  /// The connection that services share for what is asked in passing.
  std::shared_ptr<ports::chain_client> chain;
  /// A connection of one's own, for who reads so much that it would delay the others.
  std::function<std::shared_ptr<ports::chain_client>()> make_chain_client;
  /// Where there are any, the two above are made from them by the node: both ask its gateway to the chain.
  std::vector<chain_endpoint> chain_endpoints;
  std::shared_ptr<ports::broker_api> broker;
  /// May be null: then the budgets start at zero with this process.
  std::shared_ptr<ports::call_memory> calls;
  /// These two are null for a broker without a login, too.
  std::shared_ptr<ports::oauth_api> oauth;
  std::shared_ptr<ports::vault> vault;
  std::shared_ptr<ports::token_holder> tokens;
  /// These outlive the actor system.
  const ports::clock* clock = nullptr;
  ports::random* random = nullptr;
  ports::notices* notices = nullptr;
};

/// What a service is made from. `broker` is null where no service needs it.
struct context : world_ports {
  /// Its chain joins the bridges of this node.
  bridges::bridge_config bridge;
  /// Says that the broker did not accept the access token.
  std::function<void()> refresh_token;
  /// All services of the program, whatever of them runs here.
  service_list all;
  /// Configurations and shared handles.
  parts known;
};

struct descriptor {
  service_info info;
  /// In the order in which they start and drain. Children that need the gateway name gateway_child.
  std::vector<child> (*children)(const context&) = nullptr;
};

/// The chain of a node that runs some of these services: it follows from their links.
[[nodiscard]] bridges::chain_ptr chain_of(const service_list& all);

/// A service with the name, inputs, changelog and links that it describes itself with, and nothing else yet.
[[nodiscard]] bridges::service service_of(const service_info& info);

/// The bridge of `what` as a child. Its name is that of `info`.
[[nodiscard]] child bridged(const context& in, const service_info& info, bridges::service what);

/// As above; `make` is called at each start, with the children named in `needs`.
[[nodiscard]] child bridged(const context& in, const service_info& info, std::vector<std::string> needs,
                            std::function<bridges::service(const running&)> make);

}  // namespace hedgerow::services
