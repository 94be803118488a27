#include "runtime/api/admin_routes.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "messages/events/control_event.hpp"
#include "messages/events/names.hpp"
#include "runtime/api/answers.hpp"
#include "runtime/api/health_page.hpp"
#include "runtime/api/views.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

/// A decision waits for the log, twice when it has to be tried again: longer than a log takes to fail.
constexpr std::chrono::seconds decision_timeout{60};

/// The node that is meant: this one when none is named.
std::string node_of(const admin_context& c, const call& asked) {
  return asked.query.find("node").value_or(c.options.metrics.node.name);
}

health_sources health_sources_of(const admin_context& c) {
  return {c.system, c.options.metrics.node,         c.outside.root->get(), c.outside.clock,
          nullptr,  c.outside.others.members->get()};
}

void show_actors(const admin_context& c, const call& asked) {
  const auto root = c.outside.root->get();
  if (!root) return asked.respond(problem(503, "starting or stopping"));
  const bool plain = asked.parameter("format") == "text";
  const auto& own_name = c.options.metrics.node.name;
  if (const auto node = node_of(c, asked); node != own_name)
    return show_remote_actors(*c.system, c.outside.others, root, own_name, node, plain, asked.respond);
  c.system->spawn([root, plain, respond = asked.respond](caf::event_based_actor* self) {
    self->request(root, answer_timeout, status_atom::value)
        .then(
            [=](const actor_status& tree) {
              respond(plain ? text(200, actors_text(tree)) : json(200, actors_view(tree)));
            },
            [=](const caf::error&) { respond(problem(503, "the supervisor does not answer")); });
  });
}

void show_cluster(const admin_context& c, const call& asked) {
  const auto members = c.outside.others.members->get();
  const auto now = c.outside.clock->monotonic();
  asked.respond(asked.parameter("format") == "text" ? text(200, cluster_text(members.get(), now))
                                                    : json(200, cluster_view(members.get(), now)));
}

void show_node_metrics(const admin_context& c, const call& asked) {
  const auto root = c.outside.root->get();
  if (!root) return asked.respond(problem(503, "starting or stopping"));
  show_metrics(*c.system, c.options.metrics, root, nullptr, {}, asked.respond);
}

/// What the supervisor did, as an answer; `result` is the word for it.
http::response restarted(const std::string& name, std::string_view result) {
  if (result == to_string(restart_result::restarting)) return json(202, R"({"status":"restarting"})");
  if (result == to_string(restart_result::unknown))
    return problem(404, "there is no service " + name + "; GET /actors lists them");
  return problem(409, name + " is down already and is started again when its back-off has passed; nothing was done");
}

/// The log file is read line by line: a text in it must not look like another line.
bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// Who asks for a restart and why, as far as that is said.
std::string because(const call& asked) {
  const auto by = asked.parameter("by");
  const auto reason = asked.parameter("reason");
  return (by.empty() ? "a person" : by) + " asked for it" + (reason.empty() ? "" : ": " + reason);
}

void restart(const admin_context& c, const call& asked) {
  const auto& name = asked.captured[0];
  const auto respond = asked.respond;
  if (!is_one_line(because(asked))) return respond(problem(400, "reason and by must be without control characters"));
  if (const auto node = node_of(c, asked); node != c.options.metrics.node.name)
    return ask_peer(*c.system, c.outside.others, node, {0, "", question_kind::restart, name, {}, because(asked)},
                    [name, respond](const remote_answer& a) {
                      respond(a.error.empty() ? restarted(name, a.text) : problem(503, a.error));
                    });
  const auto root = c.outside.root->get();
  if (!root) return respond(problem(503, "starting or stopping"));
  c.system->spawn([root, name, why = because(asked), respond](caf::event_based_actor* self) {
    self->request(root, answer_timeout, restart_atom::value, name, why)
        .then([=](restart_result result) { respond(restarted(name, to_string(result))); },
              [=](const caf::error&) { respond(problem(503, "the supervisor does not answer")); });
  });
}

http::response decided(const control_answer& answer) {
  switch (answer.outcome) {
    case control_outcome::recorded: return json(202, R"({"status":"recorded"})");
    case control_outcome::invalid: return problem(400, answer.why);
    case control_outcome::not_written: break;
  }
  return problem(503, answer.why);
}

/// Name of its query parameter; empty without one.
std::string_view parameter_of(control_argument argument) {
  switch (argument) {
    case control_argument::none: break;
    case control_argument::order: return "order";
    case control_argument::execution: return "execution_id";
  }
  return "";
}

/// `verb` is a row of control_verbs.
void decide(const admin_context& c, const control_verb& verb, const call& asked) {
  control_request request{asked.captured[0], std::string{verb.name}, asked.parameter(parameter_of(verb.argument)),
                          asked.parameter("reason"), asked.parameter("by")};
  c.system->spawn(
      [desk = c.controls, request = std::move(request), respond = asked.respond](caf::event_based_actor* self) {
        self->request(desk, decision_timeout, decide_atom::value, request)
            .then([=](const control_answer& answer) { respond(decided(answer)); },
                  [=](const caf::error&) {
                    respond(problem(504,
                                    "the log has not answered yet; whether it takes the decision is not known: look "
                                    "at GET /positions and the log, then try again"));
                  });
      });
}

}  // namespace

routes admin_routes(std::shared_ptr<const admin_context> context) {
  routes all;
  const auto add = [&](std::string_view method, std::string_view pattern, std::vector<std::string_view> parameters,
                       std::string_view summary, void (*handle)(const admin_context&, const call&)) {
    all.push_back({method, std::string{pattern}, method == "POST" ? caller::person : caller::reader,
                   std::move(parameters), summary, [context, handle](const call& asked) { handle(*context, asked); }});
  };
  add("GET", "/actors", {"node", "format"},
      "the supervision tree: states, restarts, last errors; `node=all` for the whole "
      "cluster, `format=text` for people",
      show_actors);
  add("GET", "/cluster", {"format"}, "the nodes that know each other, and what each hosts", show_cluster);
  add("GET", "/metrics", {}, "for Prometheus, without what the read model and the log know", show_node_metrics);
  add("POST", "/actors/{name}/restart", {"node", "reason", "by"},
      "restarts a service, which goes on from the log: 202; 404 when there "
      "is none of that name, 409 when it waits to be started anyway; the notice says who asked and why",
      restart);
  add("GET", "/health", {}, "as on the API port, without what the read model knows",
      [](const auto& c, const auto& asked) { show_health(health_sources_of(c), {}, asked.respond); });
  add("GET", "/health/live", {}, "200 while the process works, stopping included; restart it when it is not",
      [](const auto& c, const auto& asked) { show_live(health_sources_of(c), asked.respond); });
  add("GET", "/health/ready", {}, "200 while every service runs and the log answers, else 503",
      [](const auto& c, const auto& asked) { show_ready(health_sources_of(c), asked.respond); });
  for (const auto& verb : control_verbs) {
    std::vector<std::string_view> parameters{"reason", "by"};
    if (verb.argument != control_argument::none) parameters.insert(parameters.begin(), parameter_of(verb.argument));
    all.push_back({"POST", "/symbols/{symbol}/" + std::string{verb.name}, caller::person, std::move(parameters),
                   verb.summary, [context, &verb](const call& asked) { decide(*context, verb, asked); }});
  }
  return all;
}

}  // namespace hedgerow::api
