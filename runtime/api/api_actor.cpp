#include "runtime/api/api_actor.hpp"

#include <caf/all.hpp>
#include <charconv>

#include "runtime/api/answers.hpp"
#include "runtime/api/control_desk.hpp"
#include "runtime/api/health_view.hpp"
#include "runtime/api/views.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

using pointer = api_actor::stateful_pointer<api_state>;
constexpr std::chrono::seconds answer_timeout{2};
/// A decision waits for the log, twice when it has to be tried again: longer than a log takes to fail.
constexpr std::chrono::seconds decision_timeout{60};
/// A login waits for the broker.
constexpr std::chrono::seconds login_timeout{30};
constexpr std::size_t max_rows = 10'000;

struct context {
  caf::actor_system* system;
  api_options options;
  api_ports outside;
  aggregator::aggregator_actor model;
};

/// Renders from the read model; an empty text means that there is no such thing.
void answer_from_model(const context& c, const http::responder& respond, aggregator::view render) {
  c.system->spawn([model = c.model, respond, render = std::move(render)](caf::event_based_actor* self) {
    self->request(model, answer_timeout, ask_atom::value, render)
        .then([=](const std::string& body) { respond(body.empty() ? problem(404, "not found") : json(200, body)); },
              [=](const caf::error&) { respond(problem(503, "the read model does not answer")); });
  });
}

/// False when a parameter is not usable; the answer is sent then.
bool read_page(const http::url_query& query, const http::responder& respond, page& p) {
  p.symbol = query.find("symbol").value_or("");
  p.status = query.find("status").value_or("");
  const auto limit = query.find("limit");
  if (!limit) return true;
  const auto [end, error] = std::from_chars(limit->data(), limit->data() + limit->size(), p.limit);
  if (error == std::errc{} && end == limit->data() + limit->size() && p.limit >= 1 && p.limit <= max_rows) return true;
  respond(problem(400, "limit must be a number from 1 to " + std::to_string(max_rows)));
  return false;
}

void health(const context& c, const http::responder& respond) {
  const auto root = c.outside.root->get();
  if (!root) return respond(problem(503, "starting or stopping"));
  ask_node_state(*c.system, root, c.outside.lag, [c, respond](const node_state& state) {
    if (!state.tree) return respond(problem(503, "the supervisor does not answer"));
    answer_from_model(c, respond, [c, state](const auto& model, timestamp now) {
      const auto& node = c.options.metrics.node;
      return health_view({node.name, node.version, node.started_at, now, *state.tree, state.lag,
                          c.outside.others.members->get(), c.outside.clock->monotonic()},
                         model);
    });
  });
}

void metrics(const context& c, const http::responder& respond) {
  const auto root = c.outside.root->get();
  if (!root) return respond(problem(503, "starting or stopping"));
  show_metrics(*c.system, c.options.metrics, root, c.outside.lag, c.model, respond);
}

http::response to_login_page(const std::string& url) {
  return {302, {{"Location", url}, {"Cache-Control", "no-store"}}, ""};
}

http::response login_ended(const login_result& result) {
  return result.error.empty() ? json(200, R"({"status":"logged in"})") : problem(400, result.error);
}

/// Why nobody can be logged in, for a person at this node.
http::response no_login(const std::string& error) {
  return problem(503, "the tokens service, which takes logins, does not run at this node, and no other node takes this "
                      "one: " + error);
}

void begin_login(const context& c, const http::responder& respond) {
  const auto tokens = c.outside.tokens->get();
  if (!tokens)
    return ask_neighbour(*c.system, c.outside.others, "", {0, "", question_kind::begin_login, "", {}},
                         [respond](const remote_answer& a) {
                           respond(a.error.empty() ? to_login_page(a.text) : no_login(a.error));
                         });
  c.system->spawn([=](caf::event_based_actor* self) {
    self->request(tokens, answer_timeout, ask_atom::value)
        .then([=](const std::string& url) { respond(to_login_page(url)); },
              [=](const caf::error&) { respond(problem(503, "the tokens service does not answer")); });
  });
}

void finish_login(const context& c, const http::url_query& query, const http::responder& respond) {
  tokens::login_code login{query.find("code").value_or(""), query.find("state").value_or("")};
  if (login.code.empty()) return respond(problem(400, "the address carries no code; start again at /auth/login"));
  const auto tokens = c.outside.tokens->get();
  if (!tokens)
    return ask_neighbour(*c.system, c.outside.others, "", {0, "", question_kind::end_login, "", std::move(login)},
                         [respond](const remote_answer& a) {
                           respond(a.error.empty() ? login_ended(a.login) : no_login(a.error));
                         });
  c.system->spawn([=](caf::event_based_actor* self) {
    self->request(tokens, login_timeout, ask_atom::value, login)
        .then(
            [=](const tokens::login_result& result) { respond(login_ended(result)); },
            [=](const caf::error&) { respond(problem(504, "the broker did not answer in time")); });
  });
}

void route_lists(const context& c, const http::url_query& query, const http::responder& respond) {
  page p;
  if (!read_page(query, respond, p)) return;
  if (query.path == "/trades")
    return answer_from_model(c, respond, [p](const auto& model, timestamp) { return trades_view(model, p); });
  if (query.path == "/executions")
    return answer_from_model(c, respond, [p](const auto& model, timestamp) { return executions_view(model, p); });
  answer_from_model(c, respond, [p](const auto& model, timestamp) { return dead_letters_view(model, p); });
}

void route(const context& c, http::exchange x) {
  const auto query = http::parse_target(x.received.target);
  const std::string_view path = query.path;
  if (x.received.method != "GET") return x.respond(problem(405, "only GET"));
  if (path == "/health") return health(c, x.respond);
  if (path == "/metrics") return metrics(c, x.respond);
  if (path == "/auth/login") return begin_login(c, x.respond);
  if (path == "/auth/callback") return finish_login(c, query, x.respond);
  if (path == "/trades" || path == "/executions" || path == "/dead-letters") return route_lists(c, query, x.respond);
  if (path == "/positions")
    return answer_from_model(c, x.respond,
                             [](const auto& model, timestamp now) { return positions_view(model, now); });
  if (path.starts_with("/positions/"))
    return answer_from_model(c, x.respond, [name = std::string{path.substr(11)}](const auto& model, timestamp now) {
      return position_view(model, name, now).value_or("");
    });
  if (path.starts_with("/executions/"))
    return answer_from_model(c, x.respond, [id = std::string{path.substr(12)}](const auto& model, timestamp) {
      return execution_view(model, id).value_or("");
    });
  x.respond(problem(404, "no such path; there are /health /positions /trades /executions /dead-letters /metrics "
                         "/auth/login"));
}

struct admin_context {
  caf::actor_system* system;
  admin_ports outside;
  control_desk_actor controls;
};

void show_actors(const admin_context& c, const http::url_query& query, const http::responder& respond) {
  const auto root = c.outside.root->get();
  if (!root) return respond(problem(503, "starting or stopping"));
  const bool plain = query.find("format") == "text";
  const auto node = query.find("node").value_or(c.outside.metrics.node.name);
  if (node != c.outside.metrics.node.name)
    return show_remote_actors(*c.system, c.outside.others, root, c.outside.metrics.node.name, node, plain, respond);
  c.system->spawn([=](caf::event_based_actor* self) {
    self->request(root, answer_timeout, status_atom::value)
        .then([=](const actor_status& tree) {
          respond(plain ? text(200, actors_text(tree)) : json(200, actors_view(tree)));
        }, [=](const caf::error&) { respond(problem(503, "the supervisor does not answer")); });
  });
}

/// The part of a path between a prefix and the next slash, and what follows it.
std::pair<std::string, std::string> split_path(std::string_view path, std::size_t prefix) {
  const std::string_view rest = path.substr(prefix);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return {std::string{rest}, ""};
  return {std::string{rest.substr(0, slash)}, std::string{rest.substr(slash + 1)}};
}

void show_cluster(const admin_context& c, const http::url_query& query, const http::responder& respond) {
  const auto members = c.outside.others.members->get();
  const auto now = c.outside.clock->monotonic();
  respond(query.find("format") == "text" ? text(200, cluster_text(members.get(), now))
                                         : json(200, cluster_view(members.get(), now)));
}

void show_node_metrics(const admin_context& c, const http::responder& respond) {
  const auto root = c.outside.root->get();
  if (!root) return respond(problem(503, "starting or stopping"));
  show_metrics(*c.system, c.outside.metrics, root, nullptr, {}, respond);
}

void restart(const admin_context& c, const std::string& name, const std::string& node, const http::responder& respond) {
  const auto restarting = [] { return json(202, R"({"status":"restarting"})"); };
  if (node == c.outside.metrics.node.name) {
    const auto root = c.outside.root->get();
    if (!root) return respond(problem(503, "starting or stopping"));
    caf::anon_send(root, restart_atom::value, name);
    return respond(restarting());
  }
  ask_neighbour(*c.system, c.outside.others, node, {0, "", question_kind::restart, name, {}},
                [=](const remote_answer& a) { respond(a.error.empty() ? restarting() : problem(503, a.error)); });
}

http::response decided(const control_answer& answer) {
  switch (answer.outcome) {
    case control_outcome::recorded: return json(202, R"({"status":"recorded"})");
    case control_outcome::invalid: return problem(400, answer.why);
    case control_outcome::not_written: break;
  }
  return problem(503, answer.why);
}

void decide(const admin_context& c, control_request request, const http::responder& respond) {
  c.system->spawn([desk = c.controls, request = std::move(request), respond](caf::event_based_actor* self) {
    self->request(desk, decision_timeout, ask_atom::value, request)
        .then([=](const control_answer& answer) { respond(decided(answer)); },
              [=](const caf::error&) {
                respond(problem(504, "the log has not answered yet; whether it takes the decision is not known: look "
                                     "at GET /positions and the log, then try again"));
              });
  });
}

void route_admin(const admin_context& c, const http::exchange& x) {
  const auto query = http::parse_target(x.received.target);
  const bool post = x.received.method == "POST";
  if (!post && query.path == "/actors") return show_actors(c, query, x.respond);
  if (!post && query.path == "/cluster") return show_cluster(c, query, x.respond);
  if (!post && query.path == "/metrics") return show_node_metrics(c, x.respond);
  if (post && query.path.starts_with("/actors/")) {
    const auto [name, verb] = split_path(query.path, 8);
    if (verb == "restart") return restart(c, name, query.find("node").value_or(c.outside.metrics.node.name), x.respond);
  }
  if (post && query.path.starts_with("/symbols/")) {
    const auto [symbol, verb] = split_path(query.path, 9);
    decide(c, {symbol, verb, query.find("order").value_or(""), query.find("reason").value_or(""),
               query.find("by").value_or("")},
           x.respond);
    return;
  }
  x.respond(problem(404, "no such path; there are GET /actors, GET /cluster, GET /metrics, POST /actors/{name}/restart "
                         "and POST /symbols/{symbol}/{halt|resume|adopt_order|declare_absent}?reason=&by="));
}

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
  return serve(self, server,
               [c = context{&self->system(), std::move(options), std::move(outside), std::move(model)}](
                   http::exchange x) { route(c, std::move(x)); },
               "api");
}

api_actor::behavior_type admin(pointer self, http::server_options options, admin_ports outside) {
  const control_desk_ports desk{outside.log, outside.metrics.node.name, outside.clock, outside.notices};
  const auto controls = self->spawn(control_desk, desk);
  self->attach_functor([controls] { caf::anon_send_exit(controls, caf::exit_reason::user_shutdown); });
  return serve(self, options,
               [c = admin_context{&self->system(), std::move(outside), controls}](const http::exchange& x) {
                 route_admin(c, x);
               },
               "admin");
}

}  // namespace hedgerow::api
