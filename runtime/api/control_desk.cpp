#include "runtime/api/control_desk.hpp"

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::api {

std::string control_desk::publish(const control_request& request, std::function<void(bool)> done) {
  const auto name = symbol::parse(request.symbol);
  if (!name) return "not a symbol; write it as the broker does, such as AAPL";
  const auto action = parse_name<control_action>(request.action);
  if (!action) return "the action must be halt, resume, adopt_order or declare_absent";
  if (request.reason.empty() || request.by.empty()) return "say why and who: ?reason=...&by=...";
  if (*action == control_action::adopt_order && !order_id::parse(request.order))
    return "adopt_order needs the broker's order id: &order=...";
  const auto now = clock_->now();
  const control_event event{name->str(), *action, request.order, request.reason, request.by};
  const std::string id = "control:" + name->str() + ":" + std::to_string(now.us);
  log_transaction tx;
  tx.records.push_back({{topic::control_events, partition_of_symbol(name->str(), partitions_)}, name->str(),
                        codec::encode({id, now, now, id, {}, {}}, event)});
  writer_->commit(std::move(tx), [done = std::move(done)](auto outcome) { done(outcome.has_value()); });
  return {};
}

expected<control_desk, std::string> open_control_desk(ports::event_log& log, const std::string& node,
                                                     const ports::clock* clock) {
  auto writer = log.join({"operator", node, {}});
  if (!writer) return unexpected("cannot write control events: " + writer.error().detail);
  return control_desk{std::shared_ptr<ports::log_member>{std::move(*writer)},
                      log.partitions(topic::control_events), clock};
}

}  // namespace hedgerow::api
