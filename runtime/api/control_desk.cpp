#include "runtime/api/control_desk.hpp"

#include <caf/all.hpp>

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"
#include "messages/faults/fault_point.hpp"
#include "messages/protocol/callbacks.hpp"
#include "messages/types/ids.hpp"

namespace hedgerow::api {

using namespace protocol;
using namespace faults::literals;

namespace {

constexpr const char* desk_name = "operator";
constexpr int most_attempts = 2;
/// People decide one after the other; more than this is a program that runs wild.
constexpr std::size_t most_waiting = 100;

std::string names_of_verbs() {
  std::string all;
  for (const auto& verb : control_verbs) all += (all.empty() ? "" : ", ") + std::string{verb.name};
  return all;
}

/// What is wrong with the request; empty when nothing is.
std::string find_fault(const control_request& request) {
  if (!symbol::parse(request.symbol)) return "not a symbol; write it as the broker does, such as AAPL";
  const auto action = parse_name<control_action>(request.action);
  if (!action) return "the action must be one of " + names_of_verbs();
  if (request.reason.empty() || request.by.empty()) return "say why and who: ?reason=...&by=...";
  const auto& verb = control_verbs[static_cast<std::size_t>(*action)];
  switch (verb.argument) {
    case control_argument::none: return {};
    case control_argument::order:
      if (order_id::parse(request.argument)) return {};
      return std::string{verb.name} + " needs the broker's order id: &order=...";
    case control_argument::execution: break;
  }
  const auto meant = execution_id::parse(request.argument);
  if (request.argument.empty() || (meant && meant->symbol.str() == request.symbol)) return {};
  return "execution_id: not of this symbol; write it as GET /executions shows it, such as " + request.symbol + ":7";
}

}  // namespace

control_desk::interface::behavior_type control_desk::start() {
  return {
      [this](decide_atom, const control_request& request) { return decide(request); },
      [this](done_atom, const control_committed& news) { committed(news); },
  };
}

caf::result<control_answer> control_desk::decide(const control_request& request) {
  if (auto fault = find_fault(request); !fault.empty())
    return control_answer{control_outcome::invalid, std::move(fault)};
  if (waiting_.size() >= most_waiting)
    return control_answer{control_outcome::not_written, "too many decisions are waiting for the log; try again"};
  auto promise = self_->make_response_promise<control_answer>();
  waiting_.push_back({to_record(request), request.action + " " + request.symbol, 0, false, promise});
  if (waiting_.size() == 1) write_first();
  return promise;
}

outgoing control_desk::to_record(const control_request& request) const {
  const auto name = symbol::parse(request.symbol)->str();
  const auto now = outside_.clock->now();
  const control_event event{name, *parse_name<control_action>(request.action), request.argument, request.reason,
                            request.by};
  const std::string id = "control:" + name + ":" + std::to_string(now.us);
  return {{topic::control_events, partition_of_symbol(name, outside_.log->partitions(topic::control_events))},
          name,
          codec::encode({id, now, now, id, {}, {}}, event)};
}

void control_desk::write_first() {
  auto& first = waiting_.front();
  ++first.attempts;
  if (!writer_) {
    auto joined = outside_.log->join({desk_name, outside_.node, {}});
    if (!joined) return failed(joined.error());
    writer_ = std::move(*joined);
  }
  if (faults::strikes("control.commit.before"_fault))
    return failed({ports::log_errc::io, std::string{faults::injected}});
  log_transaction tx;
  tx.records.push_back(first.record);
  writer_->commit(std::move(tx), [ended = sends_to<interface>(self_->address(), done_atom::value),
                                  number = ++commits_](const auto& end) {
    control_committed news{number, std::nullopt};
    if (!end)
      news.error = end.error();
    else if (faults::strikes("control.commit.after"_fault))
      news.error = ports::log_error{ports::log_errc::timed_out, std::string{faults::injected}};
    ended(std::move(news));
  });
}

void control_desk::committed(const control_committed& news) {
  if (news.number != commits_ || waiting_.empty()) return;
  if (news.error) return failed(*news.error);
  end_first({});
}

/// Any failure kills the member. A decision that was written in spite of the reported failure is written a second time
/// under the same id: halting or resuming twice is the same as once, and an order is adopted or declared
/// absent only while its outcome is open.
void control_desk::failed(const ports::log_error& why) {
  auto& first = waiting_.front();
  writer_.reset();
  first.outcome_unknown = first.outcome_unknown || why.code == ports::log_errc::timed_out;
  const bool again = first.attempts < most_attempts;
  if (outside_.notices != nullptr)
    outside_.notices->raise(again ? ports::notice_level::warning : ports::notice_level::alarm, desk_name,
                            again ? "control_retried" : "control_not_written", first.what, why.detail);
  if (again) return write_first();
  end_first({control_outcome::not_written,
             first.outcome_unknown
                 ? "it is not known whether the log took it: " + why.detail + "; look at the symbol before trying again"
                 : "the log did not take it: " + why.detail + "; try again"});
}

void control_desk::end_first(control_answer answer) {
  waiting_.front().promise.deliver(std::move(answer));
  waiting_.pop_front();
  if (!waiting_.empty()) write_first();
}

}  // namespace hedgerow::api
