#include "tests/unit/domain/orders/broker_model.hpp"

#include <utility>

namespace hedgerow::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

auto failure(broker_failure kind, milliseconds retry_after = milliseconds{0}) {
  return unexpected(broker_error{kind, 0, "fault of the model", retry_after});
}

}  // namespace

model_order& broker_model::record(const order_request& request, timestamp at) {
  model_order& order = orders_.emplace_back();
  order.terms.id = *order_id::parse(std::to_string(next_id_++));
  order.terms.symbol = request.symbol;
  order.terms.side = request.side;
  order.terms.quantity = shares::from_whole(static_cast<std::int64_t>(request.quantity));
  order.terms.entered_at = order.recorded_at = order.get_visible_at = order.list_visible_at = at;
  // The first looks may not find it; GET sometimes for longer than the check of the id waits.
  if (luck_.fault(20)) order.get_visible_at = at + milliseconds{luck_.between(100, 40'000)};
  if (luck_.fault(20)) order.list_visible_at = at + milliseconds{luck_.between(100, 8'000)};
  plan_life(order);
  return order;
}

void broker_model::plan_life(model_order& order) {
  const auto quantity = order.terms.quantity.whole_abs().convert_to<std::int64_t>();
  timestamp at = order.recorded_at + milliseconds{luck_.between(20, 5'000)};
  if (const auto life = std::exchange(next_life_, std::nullopt)) {
    if (life->filled > 0) order.fills = {{at, life->filled}};
    order.end = life->end.value_or(order_status::filled);
    order.end_at = at;
    return;
  }
  if (!luck_.fault(40)) {
    order.fills = {{at, quantity}};
    return;
  }
  std::int64_t filled = luck_.between(0, quantity - 1);
  if (filled > 0) order.fills.push_back({at, filled});
  at = at + milliseconds{luck_.between(20, 90'000)};
  order.end_at = at;
  switch (luck_.between(0, 4)) {
    case 0: order.end = order_status::cancelled; break;
    case 1: order.end = order_status::expired; break;
    case 2: order.end = order_status::rejected; break;
    case 3:  // a fill crosses the cancel
      order.end = order_status::cancelled;
      order.fills.push_back({at + seconds{luck_.between(1, 15)}, quantity - filled});
      break;
    default: order.fills.push_back({at, quantity - filled}); break;
  }
}

std::optional<std::pair<model_mishap, milliseconds>> broker_model::draw_mishap() {
  if (next_mishap_) return std::exchange(next_mishap_, std::nullopt);
  if (!luck_.fault(faults_.place_percent)) return std::nullopt;
  const auto how = static_cast<model_mishap>(luck_.between(0, static_cast<int>(model_mishap::late_answer)));
  return std::pair{how, milliseconds{how == model_mishap::throttled ? luck_.between(0, 5'000) : 0}};
}

timed_answer<placement> broker_model::place(const execution_id& cause, const order_request& request, timestamp now) {
  const timestamp soon = now + milliseconds{luck_.between(20, 2'000)};
  const timestamp timeout = now + seconds{30};
  const auto ours = [&](timestamp at) {
    model_order& order = record(request, at);
    order.cause = cause;
    return order.terms.id;
  };
  if (faults_.very_late && luck_.fault(50)) {
    ++uncertain_[cause];
    ours(now + seconds{luck_.between(60, 400)});
    return {failure(broker_failure::no_answer), timeout};
  }
  if (request.quantity == 0) return {failure(broker_failure::refused), soon};
  const auto mishap = draw_mishap();
  if (!mishap) {
    ++uncertain_[cause];
    return {placement{ours(now + milliseconds{10}), {}}, soon};
  }
  using enum model_mishap;
  const auto how = mishap->first;
  if (how == not_sent) return {failure(broker_failure::not_sent), soon};
  if (how == throttled) return {failure(broker_failure::throttled, mishap->second), soon};
  if (how == unauthorized) return {failure(broker_failure::unauthorized), soon};
  ++uncertain_[cause];
  switch (how) {
    case refused: return {failure(broker_failure::refused), soon};
    case no_id: ours(soon); return {placement{}, soon};
    case unknown_id: ours(soon); return {placement{order_id::parse("17"), {}}, soon};
    case foreign_id: {
      const auto other = orders_.empty() ? *order_id::parse("18") : orders_.front().terms.id;
      ours(soon);
      return {placement{other, {}}, soon};
    }
    case error_before: return {failure(broker_failure::server_error), soon};
    case error_after: ours(now); return {failure(broker_failure::server_error), soon};
    case lost_answer: ours(now); return {failure(broker_failure::no_answer), timeout};
    case lost_request: return {failure(broker_failure::no_answer), timeout};
    case late_and_garbled:
      ours(now + seconds{luck_.between(1, 20)});
      return {failure(broker_failure::malformed), timeout};
    default: return {placement{ours(now + seconds{luck_.between(1, 10)}), {}}, now + seconds{luck_.between(40, 90)}};
  }
}

void broker_model::place_foreign(const order_request& request, timestamp now) { record(request, now); }

broker_order broker_model::view(const model_order& order, timestamp now) const {
  broker_order seen = order.terms;
  std::int64_t filled = 0, priced = 0;
  for (const auto& fill : order.fills) {
    if (fill.at <= now) filled += fill.quantity;
    // Legs follow the filled quantity with a delay.
    if (fill.at + seconds{3} > now) continue;
    priced += fill.quantity;
    seen.last_fill_at = fill.at;
  }
  seen.filled = shares::from_whole(filled);
  seen.priced = shares::from_whole(priced);
  seen.filled_notional = usd::from_whole(priced * 21);
  if (order.end == order_status::filled) {
    if (seen.filled == seen.quantity) {
      seen.status = order_status::filled;
      seen.closed_at = order.fills.back().at;
    }
  } else if (order.end_at <= now) {
    seen.status = order.end;
    seen.closed_at = order.end_at;
    if (order.end == order_status::rejected) seen.description = "rejected by the model";
  }
  seen.status_text = seen.status == order_status::working ? "WORKING" : "ENDED";
  return seen;
}

std::optional<broker_error> broker_model::read_fault() {
  if (next_read_) return std::exchange(next_read_, std::nullopt);
  if (!luck_.fault(faults_.read_percent)) return std::nullopt;
  constexpr broker_failure kinds[] = {broker_failure::not_sent,     broker_failure::throttled,
                                      broker_failure::server_error, broker_failure::no_answer,
                                      broker_failure::unauthorized, broker_failure::malformed};
  return broker_error{kinds[luck_.between(0, 5)], 0, "fault of the model", milliseconds{luck_.between(0, 3'000)}};
}

expected<broker_order, broker_error> broker_model::get(const order_id& id, timestamp now) {
  if (auto fault = read_fault()) return unexpected(std::move(*fault));
  for (const auto& order : orders_)
    if (order.terms.id == id && order.get_visible_at <= now) return view(order, now);
  return failure(broker_failure::not_found);
}

expected<order_list, broker_error> broker_model::list(timestamp from, timestamp to, timestamp now) {
  if (auto fault = read_fault()) return unexpected(std::move(*fault));
  order_list found;
  for (const auto& order : orders_)
    if (order.list_visible_at <= now && from <= order.recorded_at && order.recorded_at <= to)
      found.orders.push_back(view(order, now));
  // A row that makes no sense, with or without its symbol, in fewer lists than ask for a person.
  if (garbled_ < 2 && !found.orders.empty() && luck_.fault(faults_.read_percent)) {
    ++garbled_;
    const auto& odd = found.orders.back();
    const bool named = luck_.between(0, 1) == 0;
    found.unreadable.push_back({named ? std::optional{odd.symbol} : std::nullopt, odd.id, "fault of the model"});
    found.orders.pop_back();
  }
  return found;
}

expected<shares, broker_error> broker_model::position(const symbol& of, timestamp now) {
  if (auto fault = read_fault()) return unexpected(std::move(*fault));
  const auto held = held_.find(of);
  std::int64_t total = held == held_.end() ? 0 : held->second;
  for (const auto& order : orders_)
    for (const auto& fill : order.fills)
      if (order.terms.symbol == of && fill.at <= now)
        total += order.terms.side == side::buy ? fill.quantity : -fill.quantity;
  return shares::from_whole(total);
}

}  // namespace hedgerow::test
