// The API and the admin endpoint: HTTP routes that ask actors. The HTTP thread never waits for one: each request is
// a short-lived actor that answers when it knows.
#pragma once

#include "actors/aggregator/aggregator_actor.hpp"
#include "actors/tokens/tokens_actor.hpp"
#include "messages/protocol/actor_class.hpp"
#include "messages/protocol/interfaces.hpp"
#include "runtime/adapters/http/http_server.hpp"
#include "runtime/api/metrics_page.hpp"
#include "runtime/api/peers.hpp"
#include "runtime/supervision/supervisor.hpp"

namespace hedgerow::api {

struct api_options {
  http::server_options server;
  metrics_sources metrics;
  /// Names that requests may be for, besides localhost and IP addresses; see find_refusal().
  std::vector<std::string> allowed_hosts;
};

/// Means the same there.
using admin_options = api_options;

struct api_ports {
  std::shared_ptr<tokens::tokens_slot> tokens;
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root;
  const ports::clock* clock = nullptr;
  std::shared_ptr<lag_meter> lag;
  peer_access others;
};

struct admin_ports {
  std::shared_ptr<protocol::slot<protocol::supervisor_actor>> root;
  std::shared_ptr<ports::event_log> log;
  const ports::clock* clock = nullptr;
  peer_access others;
  /// May be null. Outlives the actor system.
  ports::notices* notices = nullptr;
};

/// The API port: the routes of api_routes().
class api_server {
 public:
  using interface = protocol::api_actor;
  using pointer = protocol::pointer_to<api_server>;
  static inline const char* actor_name = "api";

  api_server(pointer self, api_options options, api_ports outside, aggregator::aggregator_actor model);
  /// Quits with the reason when it cannot listen.
  interface::behavior_type start();

 private:
  pointer self_;
  api_options options_;
  api_ports outside_;
  aggregator::aggregator_actor model_;
  std::unique_ptr<http::server> server_;
};

/// The admin port: the routes of admin_routes(), and the control desk behind them.
class admin_server {
 public:
  using interface = protocol::api_actor;
  using pointer = protocol::pointer_to<admin_server>;
  static inline const char* actor_name = "admin";

  admin_server(pointer self, admin_options options, admin_ports outside);
  /// Quits with the reason when it cannot listen.
  interface::behavior_type start();

 private:
  pointer self_;
  admin_options options_;
  admin_ports outside_;
  std::unique_ptr<http::server> server_;
};

}  // namespace hedgerow::api
