#include "tests/unit/replay/simulated_history.hpp"

#include <future>

#include "messages/codec/codec.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::test {
namespace {

constexpr topic topics_of[] = {topic::onchain_trades, topic::schwab_executions, topic::control_events};

}  // namespace

simulated_history::simulated_history(ports::event_log& log, std::uint64_t seed, timestamp begin)
    : log_{log}, random_{seed}, now_{begin} {
  auto member = log.join({"accumulator", "simulated", {std::begin(topics_of), std::end(topics_of)}});
  HEDGEROW_CHECK(member.has_value(), "cannot join");
  member_ = std::move(*member);
  // The embedded logs hand out everything in the first poll.
  HEDGEROW_CHECK(!member_->poll(1)->assigned.empty(), "nothing assigned");
  for (const char* name : {"AAPL", "MSFT", "NVDA", "TSLA", "GME"}) symbols_.push_back(*symbol::parse(name));
  policy_.freeze_after_failures = 4;
}

std::uint32_t simulated_history::partition_of(const symbol& name) const {
  return partition_of_symbol(name.str(), log_.partitions(topic::onchain_trades));
}

envelope simulated_history::stamp(const std::string& id, timestamp happened) const {
  return {id, happened, now_, "about:" + id, {}, {}};
}

void simulated_history::append(outgoing r, std::optional<input_offset> processed) {
  log_transaction tx{{std::move(r)}, {}};
  if (processed) tx.offsets.push_back(*processed);
  std::promise<bool> committed;
  member_->commit(std::move(tx), [&](const auto& outcome) { committed.set_value(outcome.has_value()); });
  HEDGEROW_CHECK(committed.get_future().get(), "the log does not take it");
}

void simulated_history::enqueue(waiting w, topic to, std::string key, std::string value) {
  const topic_partition p{to, w.done.from.partition};
  w.done = {p, *log_.end_offset(p) + 1};
  append({p, std::move(key), std::move(value)});
  queues_[p.partition][static_cast<std::size_t>(w.what)].push_back(std::move(w));
}

simulated_history::waiting simulated_history::make_trade(const symbol& name) {
  waiting w;
  w.done.from.partition = partition_of(name);
  auto& t = w.trade;
  t.sequence = ++sequence_;
  t.symbol = name;
  t.side = draw(2) == 0 ? side::buy : side::sell;
  t.change = draw(20) == 0 ? evm_log_change::reverted : evm_log_change::applied;
  t.amount = shares::from_units(int256{1 + draw(1'999)} * amount_unit() / 1000);
  t.notional = usd::from_units(int256{1 + draw(9'999)} * amount_unit() / 10);
  t.block_time = now_ - std::chrono::seconds{draw(30)};
  t.ref.log_index = t.sequence;
  w.meta = stamp("trade:" + std::to_string(t.sequence), t.block_time);
  return w;
}

outgoing simulated_history::next_trade(const symbol& name) {
  const auto w = make_trade(name);
  return {{topic::onchain_trades, w.done.from.partition},
          name.str() + ":" + w.trade.ref.key(),
          codec::encode(w.meta, w.trade)};
}

void simulated_history::trade(const symbol& name) {
  auto w = make_trade(name);
  auto bytes = codec::encode(w.meta, w.trade);
  auto key = name.str() + ":" + w.trade.ref.key();
  enqueue(std::move(w), topic::onchain_trades, std::move(key), std::move(bytes));
}

void simulated_history::advance_execution(const symbol& name) {
  const auto known = positions_.find(name);
  if (known == positions_.end() || known->second.live.empty()) return;
  const auto& live = known->second.live.front();
  const auto [it, fresh] = executions_.try_emplace(live.execution);
  auto& e = it->second;
  if (fresh)
    e = {live.execution, live.side, live.quantity, execution_state::pending, {}, {}, 0, {}, {}, {}, {}, {}, 0, {}, {}};
  const auto asked = shares::from_units(int256{live.quantity} * amount_unit());
  if (!fresh) {
    switch (draw(6)) {
      case 0: e.state = execution_state::submitted; break;
      case 1:
        e.state = execution_state::partially_filled;
        e.filled = std::max(e.filled, shares::from_units(asked.units() / 2));
        break;
      case 2:
        e.state = execution_state::failed;
        // Either can be filled after all. After market_closed nothing was sent, so no fill can follow.
        e.code = draw(2) == 0 ? execution_code::rejected : execution_code::absent;
        break;
      case 3: e.state = draw(8) == 0 ? execution_state::held : execution_state::unknown; break;
      default: e.state = execution_state::filled; e.filled = asked;
    }
    e.filled_notional = usd::from_units(e.filled.units() * 170);
  }
  waiting w;
  w.what = kind::execution;
  w.done.from.partition = partition_of(name);
  w.execution = e;
  w.meta = stamp("desk:" + std::to_string(steps_), now_);
  auto bytes = codec::encode(w.meta, e);
  if (e.terminal()) executions_.erase(it);
  enqueue(std::move(w), topic::schwab_executions, live.execution.to_string(), std::move(bytes));
}

void simulated_history::control(const symbol& name) {
  waiting w;
  w.what = kind::control;
  w.done.from.partition = partition_of(name);
  w.control = {name.str(), draw(3) == 0 ? control_action::halt : control_action::resume, {}, "test", "a person"};
  w.meta = stamp("control:" + name.str() + ":" + std::to_string(now_.us), now_);
  auto bytes = codec::encode(w.meta, w.control);
  enqueue(std::move(w), topic::control_events, name.str(), std::move(bytes));
}

void simulated_history::write_update(const envelope& cause, const domain::position_decision& decided,
                                     std::optional<input_offset> done) {
  const auto& after = decided.after;
  positions_[after.symbol] = after;
  const envelope meta{"position:" + cause.event_id, cause.occurred_at, now_,
                      cause.correlation_id,         cause.event_id,    cause.traceparent};
  append({{topic::position_updates, partition_of(after.symbol)}, after.symbol.str(), codec::encode(meta, after)}, done);
}

void simulated_history::timer(const symbol& name) {
  const auto known = positions_.find(name);
  if (known == positions_.end()) return;
  const auto decided = domain::apply_timer(known->second, policy_, now_);
  if (!decided.changed) return;
  const std::string id = "timer:" + name.str() + ":" + std::to_string(known->second.next_execution);
  write_update({id, now_, now_, id, {}, {}}, decided, std::nullopt);
}

bool simulated_history::take(std::uint32_t partition, kind what) {
  auto& queue = queues_[partition][static_cast<std::size_t>(what)];
  if (queue.empty()) return false;
  const auto w = std::move(queue.front());
  queue.pop_front();
  const symbol name = what == kind::trade       ? w.trade.symbol
                      : what == kind::execution ? w.execution.execution.symbol
                                                : *symbol::parse(w.control.scope);
  auto before = positions_.try_emplace(name, domain::empty_position(name)).first->second;
  if (what == kind::control) {
    before.newest_decision = {w.done.next - 1, w.meta.recorded_at};
    write_update(w.meta,
                 w.control.action == control_action::halt ? domain::freeze(before, w.meta.event_id)
                                                          : domain::resume(before, policy_, now_, w.meta.event_id),
                 w.done);
    return true;
  }
  const decision decided = what == kind::trade
                               ? domain::apply_trade(before, w.trade, policy_, now_, w.meta.event_id)
                               : domain::apply_execution(before, w.execution, policy_, now_, w.meta.event_id);
  if (decided && decided->changed)
    write_update(w.meta, *decided, w.done);
  else
    append({{topic::pyth_prices, partition}, "not-of-interest", "{}"}, w.done);
  return true;
}

void simulated_history::step() {
  ++steps_;
  now_ = now_ + std::chrono::milliseconds{draw(900)};
  const auto& name = symbols_[draw(symbols_.size())];
  const auto choice = draw(100);
  if (choice < 25) return trade(name);
  if (choice < 50) return advance_execution(name);
  if (choice < 54) return control(name);
  if (choice < 62) return timer(name);
  std::ignore =
      take(static_cast<std::uint32_t>(draw(log_.partitions(topic::onchain_trades))), static_cast<kind>(draw(3)));
}

void simulated_history::settle() {
  for (std::uint32_t p = 0; p < log_.partitions(topic::onchain_trades); ++p)
    for (const auto what : {kind::trade, kind::execution, kind::control})
      while (take(p, what)) now_ = now_ + std::chrono::milliseconds{1};
}

}  // namespace hedgerow::test
