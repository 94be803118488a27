#include "runtime/api/api_actor.hpp"

#include <caf/all.hpp>

#include "runtime/api/admin_routes.hpp"
#include "runtime/api/api_routes.hpp"
#include "runtime/api/api_service.hpp"
#include "runtime/api/control_desk.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

/// Opens the port; the server lives in `server` from then on.
template <class Pointer>
api_actor::behavior_type serve(Pointer self, const http::server_options& options, http::handler handle,
                               const char* kind, std::unique_ptr<http::server>& server) {
  auto made = http::make_server(options, std::move(handle));
  if (!made) {
    self->quit(caf::make_error(caf::sec::runtime_error, made.error()));
    return api_actor::behavior_type::make_empty_behavior();
  }
  server = std::move(*made);
  return {
      [self, kind, port = server->port()](status_atom) {
        auto s = make_status(kind, "http");
        s.mailbox = self->mailbox().size();
        s.show("port", port);
        return s;
      },
  };
}

}  // namespace

api_server::api_server(pointer self, api_options options, api_ports outside, aggregator::aggregator_actor model)
    : self_{self}, options_{std::move(options)}, outside_{std::move(outside)}, model_{std::move(model)} {}

api_server::interface::behavior_type api_server::start() {
  auto context = std::make_shared<const api_context>(api_context{&self_->system(), options_, outside_, model_});
  return serve(self_, options_.server, make_handler(api_routes(std::move(context)), options_.allowed_hosts),
               service_name, server_);
}

admin_server::admin_server(pointer self, admin_options options, admin_ports outside)
    : self_{self}, options_{std::move(options)}, outside_{std::move(outside)} {}

admin_server::interface::behavior_type admin_server::start() {
  const control_desk_ports desk{outside_.log, options_.metrics.node.name, outside_.clock, outside_.notices};
  auto controls = spawn_class<control_desk>(self_->system(), desk);
  self_->attach_functor([controls] { caf::anon_send_exit(controls, caf::exit_reason::user_shutdown); });
  auto context =
      std::make_shared<const admin_context>(admin_context{&self_->system(), options_, outside_, std::move(controls)});
  return serve(self_, options_.server, make_handler(admin_routes(std::move(context)), options_.allowed_hosts),
               actor_name, server_);
}

}  // namespace hedgerow::api
