#include "runtime/api/api_actor.hpp"

#include <caf/all.hpp>

#include "runtime/api/admin_routes.hpp"
#include "runtime/api/api_routes.hpp"
#include "runtime/api/api_service.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

using pointer = api_actor::stateful_pointer<api_state>;

api_actor::behavior_type serve(pointer self, const http::server_options& options, http::handler handle,
                               const char* kind) {
  auto server = http::make_server(options, std::move(handle));
  if (!server) {
    self->quit(caf::make_error(caf::sec::runtime_error, server.error()));
    return api_actor::behavior_type::make_empty_behavior();
  }
  self->state.server = std::move(*server);
  return {
      [=](status_atom) {
        return actor_status{kind, "http", "running", self->mailbox().size(), 0, {},
                            {{"port", std::to_string(self->state.server->port())}}, {}};
      },
  };
}

}  // namespace

api_actor::behavior_type api(pointer self, api_options options, api_ports outside,
                             aggregator::aggregator_actor model) {
  const auto server = options.server;
  auto hosts = options.allowed_hosts;
  auto context = std::make_shared<const api_context>(
      api_context{&self->system(), std::move(options), std::move(outside), std::move(model)});
  return serve(self, server, make_handler(api_routes(std::move(context)), std::move(hosts)), service_name);
}

api_actor::behavior_type admin(pointer self, admin_options options, admin_ports outside) {
  const control_desk_ports desk{outside.log, options.metrics.node.name, outside.clock, outside.notices};
  auto controls = self->spawn(control_desk, desk);
  self->attach_functor([controls] { caf::anon_send_exit(controls, caf::exit_reason::user_shutdown); });
  const auto server = options.server;
  auto hosts = options.allowed_hosts;
  auto context = std::make_shared<const admin_context>(
      admin_context{&self->system(), std::move(options), std::move(outside), std::move(controls)});
  return serve(self, server, make_handler(admin_routes(std::move(context)), std::move(hosts)), "admin");
}

}  // namespace hedgerow::api
