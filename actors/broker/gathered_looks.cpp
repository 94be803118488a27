// Status questions, put together: one list call may answer many of them.
#include <algorithm>
#include <caf/all.hpp>

#include "actors/broker/broker_gateway.hpp"

namespace hedgerow::broker {

using namespace protocol;

namespace {

/// Whether single orders may be readable although the list was not.
bool worth_asking_alone(const broker_error& error) {
  return error.kind != broker_failure::throttled && error.kind != broker_failure::not_sent &&
         error.kind != broker_failure::unauthorized;
}

}  // namespace

void broker_gateway::gather(look what) {
  gathered_.push_back(std::move(what));
  if (gathered_.size() == 1) self_->delayed_send(self_, config_.gather, gathered_atom::value);
}

void broker_gateway::serve_gathered() {
  for (auto& l : std::exchange(gathered_, {}))
    if (looks_.size() < gateway_queue_max)
      looks_.push_back(std::move(l));
    else
      l.promise.deliver(unsent<broker_order>("too many calls are waiting"));
  pump();
}

/// One list call for all that wait when they are many, or more than there are calls; else one for the first. Old
/// orders are not listed together with young ones: the list would hold all that was ordered since.
void broker_gateway::look_next(std::size_t free) {
  const auto old_before = clock_->now() - config_.list_back;
  const auto is_old = [&](const look& l) { return l.call.entered_after < old_before; };
  const bool old = is_old(looks_.front());
  const auto together = [&](const look& l) { return !l.alone && is_old(l) == old; };
  const auto many = static_cast<std::size_t>(std::count_if(looks_.begin(), looks_.end(), together));
  const auto number = ++number_;
  if (looks_.front().alone || many < 2 || (many < config_.list_from && many <= free)) {
    const auto first = std::move(looks_.front());
    looks_.pop_front();
    getting_.emplace(number, first.promise);
    return api_->get_order(first.call.order, bring_back<broker_order>(gotorder_atom::value, number));
  }
  const auto rest = std::stable_partition(looks_.begin(), looks_.end(), together);
  auto& shared = looking_[number];
  shared.assign(std::make_move_iterator(looks_.begin()), std::make_move_iterator(rest));
  looks_.erase(looks_.begin(), rest);
  timestamp from = clock_->now();
  for (const auto& l : shared) from = std::min(from, l.call.entered_after);
  api_->list_orders(from + clock_offset(), clock_->now() + clock_offset(),
                    bring_back<order_list>(gotlooks_atom::value, number));
}

void broker_gateway::looks_answered(std::uint64_t number, list_result& result) {
  auto& answer = result.value;
  take_in(answer);
  if (answer) {
    failed_lists_ = 0;
  } else if (worth_asking_alone(answer.error()) && ++failed_lists_ % config_.list_alarm == 0) {
    raise(ports::notice_level::alarm, "order_list_failed",
          std::to_string(failed_lists_) +
              " order lists in a row failed; each order is asked for by itself: " + answer.error().detail);
  }
  auto served = looking_.extract(number);
  if (!served) return;
  for (auto& l : served.mapped()) {
    if (!answer && !worth_asking_alone(answer.error())) {
      l.promise.deliver(get_result{unexpected(answer.error())});
      continue;
    }
    if (answer) {
      const auto it = std::find_if(answer->orders.begin(), answer->orders.end(),
                                   [&](const auto& o) { return o.id == l.call.order; });
      if (it != answer->orders.end()) {
        l.promise.deliver(get_result{*it});
        continue;
      }
    }
    // Neither a list that failed nor not being in one says anything of the order: it is asked for by its own id.
    l.alone = true;
    looks_.push_back(std::move(l));
  }
  pump();
}

}  // namespace hedgerow::broker
