#include "runtime/replay/projection.hpp"

#include "runtime/api/views.hpp"

namespace hedgerow::replay {
namespace {

expected<std::string, std::string> render(const domain::read_model& model, const projection_request& request) {
  const api::page page{request.symbol, request.status, request.limit};
  if (request.name == "trades") return api::trades_view(model, page);
  if (request.name == "executions") return api::executions_view(model, page);
  if (request.name == "dead-letters") return api::dead_letters_view(model, page);
  if (request.symbol.empty()) return api::positions_view(model, request.now);
  if (auto one = api::position_view(model, request.symbol, request.now)) return *std::move(one);
  return unexpected("--symbol " + request.symbol + ": the log has no position of it");
}

}  // namespace

expected<projection, std::string> rebuild(ports::event_log& log, const projection_request& request, cut until,
                                          progress tell) {
  history events{log,
                 {topic::onchain_trades, topic::schwab_executions, topic::position_updates, topic::dead_letters},
                 std::move(until),
                 std::move(tell)};
  domain::read_model model;
  projection out;
  for (;;) {
    auto event = events.next();
    if (!event) return unexpected(std::move(event.error()));
    if (!*event) break;
    std::visit(
        [&](const auto& known) {
          if constexpr (std::is_same_v<std::decay_t<decltype(known)>, undecodable>)
            ++out.undecodable;
          else
            model.apply(known);
        },
        (*event)->event);
  }
  auto json = render(model, request);
  if (!json) return unexpected(std::move(json.error()));
  out.json = *std::move(json);
  out.records = events.records();
  return out;
}

}  // namespace hedgerow::replay
