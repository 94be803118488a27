#include "runtime/api/metrics_page.hpp"

#include <caf/all.hpp>

#include "runtime/api/answers.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

namespace hedgerow::api {

using namespace protocol;

namespace {

http::response text_page(std::string body) {
  return {200, {{"Content-Type", telemetry::prometheus_content_type}, {"Cache-Control", "no-store"}}, std::move(body)};
}

}  // namespace

void show_metrics(caf::actor_system& system, const metrics_sources& from, const protocol::supervisor_actor& root,
                  const std::shared_ptr<lag_meter>& lag, const rows_source& rows, const http::responder& respond) {
  ask_node_state(system, root, lag, [=, &system](const node_state& state) {
    std::vector<std::pair<std::string, bool>> answered{{"actors", state.tree.has_value()}};
    std::string text = identity_metrics(from.node);
    if (state.tree) text += tree_metrics(*state.tree);
    if (lag) answered.emplace_back("lag", state.lag.lag != nullptr);
    if (state.lag.lag) text += lag_metrics(*state.lag.lag);
    text += from.registry->text();
    if (!rows.model) return respond(text_page(text + source_metrics(answered)));
    system.spawn([=](caf::event_based_actor* self) {
      const auto end = [=](bool came, const std::string& business) {
        auto all = answered;
        all.emplace_back("read_model", came);
        respond(text_page(text + business + source_metrics(all)));
      };
      self->request(rows.model, answer_timeout, overview_atom::value)
          .then(
              [=](const projection_overview& known) {
                end(true, business_metrics(known, from.node.broker, rows.clock->now()));
              },
              [=](const caf::error&) { end(false, ""); });
    });
  });
}

}  // namespace hedgerow::api
