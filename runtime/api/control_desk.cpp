#include "runtime/api/control_desk.hpp"

#include <caf/all.hpp>

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"
#include "messages/faults/fault_point.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::api {

using namespace protocol;
using namespace faults::literals;

namespace {

using desk_pointer = control_desk_actor::stateful_pointer<control_desk_state>;
constexpr const char* service_name = "operator";
constexpr int most_attempts = 2;
/// People decide one after the other; more than this is a program that runs wild.
constexpr std::size_t most_waiting = 100;

/// What is wrong with the request; empty when nothing is.
std::string find_fault(const control_request& request) {
  if (!symbol::parse(request.symbol)) return "not a symbol; write it as the broker does, such as AAPL";
  const auto action = parse_name<control_action>(request.action);
  if (!action) return "the action must be halt, resume, adopt_order or declare_absent";
  if (request.reason.empty() || request.by.empty()) return "say why and who: ?reason=...&by=...";
  if (*action == control_action::adopt_order && !order_id::parse(request.argument))
    return "adopt_order needs the broker's order id: &order=...";
  if (*action == control_action::declare_absent && !request.argument.empty()) {
    const auto meant = execution_id::parse(request.argument);
    if (!meant || meant->symbol.str() != request.symbol)
      return "execution_id: not of this symbol; write it as GET /executions shows it, such as " + request.symbol + ":7";
  }
  return {};
}

outgoing to_record(const control_request& request, const control_desk_ports& outside) {
  const auto name = symbol::parse(request.symbol)->str();
  const auto now = outside.clock->now();
  const control_event event{name, *parse_name<control_action>(request.action), request.argument, request.reason,
                            request.by};
  const std::string id = "control:" + name + ":" + std::to_string(now.us);
  return {{topic::control_events, partition_of_symbol(name, outside.log->partitions(topic::control_events))}, name,
          codec::encode({id, now, now, id, {}, {}}, event)};
}

void write_first(desk_pointer self, const control_desk_ports& outside);

void end_first(desk_pointer self, const control_desk_ports& outside, control_answer answer) {
  auto& waiting = self->state.waiting;
  waiting.front().promise.deliver(std::move(answer));
  waiting.pop_front();
  if (!waiting.empty()) write_first(self, outside);
}

/// Any failure kills the member. A decision that was written in spite of the reported failure is written a second time
/// under the same id: halting or resuming twice is the same as once, and an order is adopted or declared
/// absent only while its outcome is open.
void failed(desk_pointer self, const control_desk_ports& outside, const ports::log_error& why) {
  auto& first = self->state.waiting.front();
  self->state.writer.reset();
  const bool again = first.attempts < most_attempts;
  if (outside.notices != nullptr)
    outside.notices->raise(again ? ports::notice_level::warning : ports::notice_level::alarm, service_name,
                           again ? "control_retried" : "control_not_written", first.what, why.detail);
  if (again) return write_first(self, outside);
  end_first(self, outside, {control_outcome::not_written, "the log did not take it: " + why.detail + "; try again"});
}

void write_first(desk_pointer self, const control_desk_ports& outside) {
  auto& state = self->state;
  auto& first = state.waiting.front();
  ++first.attempts;
  if (!state.writer) {
    auto joined = outside.log->join({service_name, outside.node, {}});
    if (!joined) return failed(self, outside, joined.error());
    state.writer = std::move(*joined);
  }
  if (faults::strikes("control.commit.before"_fault))
    return failed(self, outside, {ports::log_errc::io, std::string{faults::injected}});
  log_transaction tx;
  tx.records.push_back(first.record);
  state.writer->commit(std::move(tx),
                       [me = caf::actor_cast<caf::actor_addr>(self), number = ++state.commits](auto end) {
                         control_committed news{number, std::nullopt};
                         if (!end) news.error = end.error();
                         else if (faults::strikes("control.commit.after"_fault))
                           news.error = ports::log_error{ports::log_errc::io, std::string{faults::injected}};
                         if (auto desk = caf::actor_cast<control_desk_actor>(me))
                           caf::anon_send(desk, done_atom::value, std::move(news));
                       });
}

}  // namespace

control_desk_actor::behavior_type control_desk(desk_pointer self, control_desk_ports outside) {
  return {
      [=](ask_atom, const control_request& request) -> caf::result<control_answer> {
        if (auto fault = find_fault(request); !fault.empty())
          return control_answer{control_outcome::invalid, std::move(fault)};
        if (self->state.waiting.size() >= most_waiting)
          return control_answer{control_outcome::not_written, "too many decisions are waiting for the log; try again"};
        auto promise = self->make_response_promise<control_answer>();
        self->state.waiting.push_back(
            {to_record(request, outside), request.action + " " + request.symbol, 0, promise});
        if (self->state.waiting.size() == 1) write_first(self, outside);
        return promise;
      },
      [=](done_atom, const control_committed& news) {
        if (news.number != self->state.commits || self->state.waiting.empty()) return;
        if (news.error) return failed(self, outside, *news.error);
        end_first(self, outside, {});
      },
  };
}

}  // namespace hedgerow::api
