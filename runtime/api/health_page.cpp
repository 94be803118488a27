#include "runtime/api/health_page.hpp"

#include <caf/all.hpp>

#include "runtime/api/answers.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

constexpr const char* no_root = "starting or stopping";
constexpr const char* silent_root = "the supervisor does not answer";

http::response short_answer(int status, const char* word, const std::vector<std::string>& problems) {
  json_writer w;
  w.begin_object();
  w.field("status", word);
  w.key("problems");
  w.begin_array();
  for (const auto& p : problems) w.text(p);
  w.end_array();
  w.end_object();
  return json(status, w.take());
}

}  // namespace

void show_health(const health_sources& from, const aggregator::aggregator_actor& model,
                 const http::responder& respond) {
  if (!from.root) return respond(short_answer(503, "unavailable", {no_root}));
  ask_node_state(*from.system, from.root, from.lag, [from, model, respond](const node_state& state) {
    if (!state.tree) return respond(short_answer(503, "unavailable", {silent_root}));
    const health_input in{from.node.name, from.node.version, from.node.started_at,    from.clock->now(), *state.tree,
                          state.lag,      from.members,      from.clock->monotonic(), from.node.broker};
    const int status = find_blockers(in.tree, in.lag).empty() ? 200 : 503;
    if (!model) return respond(json(status, health_view(in, nullptr)));
    from.system->spawn([=](caf::event_based_actor* self) {
      self->request(model, answer_timeout, overview_atom::value)
          .then([=](const projection_overview& known) { respond(json(status, health_view(in, &known))); },
                // The aggregator says in the tree why; what it shows hedges nothing.
                [=](const caf::error&) { respond(json(status, health_view(in, nullptr))); });
    });
  });
}

void show_live(const health_sources& from, const http::responder& respond) {
  if (!from.root) return respond(short_answer(200, "alive", {}));
  ask_node_state(*from.system, from.root, nullptr, [respond](const node_state& state) {
    respond(state.tree ? short_answer(200, "alive", {}) : short_answer(503, "stuck", {silent_root}));
  });
}

void show_ready(const health_sources& from, const http::responder& respond) {
  if (!from.root) return respond(short_answer(503, "not ready", {no_root}));
  ask_node_state(*from.system, from.root, from.lag, [respond](const node_state& state) {
    const auto blockers = state.tree ? find_blockers(*state.tree, state.lag) : std::vector<std::string>{silent_root};
    respond(blockers.empty() ? short_answer(200, "ready", {}) : short_answer(503, "not ready", blockers));
  });
}

}  // namespace hedgerow::api
