#include "actors/accumulator/accumulator_actor.hpp"

#include <caf/all.hpp>

#include "actors/accumulator/accumulator_service.hpp"
#include "actors/domain/resilience/newest_decision.hpp"
#include "actors/entity/dispatch.hpp"
#include "actors/entity/entity.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::accumulator {

using namespace protocol;

accumulator::accumulator(pointer self, bridges::entity_seed seed, domain::hedging_policy policy,
                         const ports::clock* clock, ports::notices* notices)
    : self_{self}, seed_{std::move(seed)}, policy_{policy}, clock_{clock}, notices_{notices} {}

accumulator::interface::behavior_type accumulator::start() {
  const auto name = symbol::parse(seed_.key);
  if (!name) return refuse_start(self_, "not a symbol: " + seed_.key);
  auto newest = entity::restore<position_update>(seed_, seed_.key);
  if (!newest) return refuse_start(self_, newest.error());
  position_ = domain::empty_position(*name);
  if (*newest) {
    position_ = std::move((*newest)->data);
    written_at_ = (*newest)->meta.recorded_at;
  }
  correct(clock_->now());
  entity::set_timer(self_, timer_, due(), clock_->now());
  return {
      [this](handle_atom, const slice_ptr& part) { return handle(*part); },
      [](committed_atom, std::uint64_t) {},
      [this](status_atom) { return status(); },
      [this](tick_atom, std::uint64_t round) { tick(round); },
  };
}

// -- inputs ----------------------------------------------------------------------------------------------------------

step_ptr accumulator::handle(const slice& part) {
  entity::outbox out{service_name, clock_->now()};
  correct(out.now());
  for (const auto& r : part.records) apply(r, out);
  entity::set_timer(self_, timer_, due(), out.now());
  return out.finish(!due());
}

void accumulator::tick(std::uint64_t round) {
  if (!timer_.rings(round)) return;
  const auto now = clock_->now();
  correct(now);
  if (auto decided = domain::apply_timer(position_, policy_, now); decided.changed) {
    entity::outbox out{service_name, now};
    const std::string id = "timer:" + position_.symbol.str() + ":" + std::to_string(position_.next_execution);
    envelope cause{id, now, now, id, {}, {}};
    put(cause, std::move(decided), out);
    entity::emit(self_, seed_.bridge, out.finish(!due()));
  }
  entity::set_timer(self_, timer_, due(), now);
}

void accumulator::apply(const record& r, entity::outbox& out) {
  entity::dispatch(
      r, [&](std::string_view reason, const std::string& detail) { give_up(r, reason, detail, out); },
      entity::on<onchain_trade>(
          topic::onchain_trades,
          [&](auto& trade) {
            settle(r, trade.meta, domain::apply_trade(position_, trade.data, policy_, out.now(), trade.meta.event_id),
                   out);
          }),
      entity::on<schwab_execution>(
          topic::schwab_executions,
          [&](auto& outcome) {
            settle(r, outcome.meta,
                   domain::apply_execution(position_, outcome.data, policy_, out.now(), outcome.meta.event_id), out);
          }),
      entity::on<control_event>(topic::control_events, [&](auto& event) { control(r, event, out); }));
}

void accumulator::control(const record& r, enveloped<control_event>& event, entity::outbox& out) {
  const bool halts = event.data.action == control_action::halt;
  if (!halts && event.data.action != control_action::resume) return;
  if (!domain::take_newer(position_.newest_decision, {r.offset, event.meta.recorded_at})) {
    if (notices_ != nullptr)
      notices_->raise(ports::notice_level::info, service_name, "decision_repeated", position_.symbol.str(),
                      std::string{to_string(event.data.action)} + " of " + to_rfc3339(event.meta.recorded_at) +
                          " was applied before and is not applied again");
    return;
  }
  put(event.meta,
      halts ? domain::freeze(position_, event.meta.event_id)
            : domain::resume(position_, policy_, out.now(), event.meta.event_id),
      out);
}

// -- what is written -------------------------------------------------------------------------------------------------

/// A duplicate is not an error: it changes nothing and is not a dead letter.
void accumulator::settle(const record& r, envelope& meta, decision decided, entity::outbox& out) {
  if (decided) {
    if (decided->changed) put(meta, std::move(*decided), out);
    return;
  }
  if (decided.error() == domain::position_fault::duplicate) return;
  give_up(r, domain::to_string(decided.error()), "the position does not accept it", out);
}

void accumulator::put(envelope& cause, domain::position_decision decided, entity::outbox& out) {
  position_ = std::move(decided.after);
  written_at_ = out.now();
  const std::string& symbol = position_.symbol.str();
  for (const auto& a : decided.alarms)
    if (notices_ != nullptr)
      notices_->raise(ports::notice_level::alarm, service_name, domain::to_string(a.code), symbol, a.text);
  std::optional<entity::origin> asks;
  if (decided.command) asks = {out.now(), decided.command->execution.to_string(), cause.event_id, cause.traceparent};
  std::string position_id = "position:" + cause.event_id;
  out.append({topic::position_updates, seed_.partition}, symbol, std::move(position_id), position_,
             entity::caused_by(std::move(cause)));
  if (!asks) return;
  const std::string id = asks->correlation_id;
  out.append({topic::schwab_commands, seed_.partition}, symbol + ":" + id, "command:" + id, *decided.command,
             std::move(*asks));
}

void accumulator::give_up(const record& r, std::string_view reason, const std::string& detail, entity::outbox& out) {
  last_error_ = std::string{reason};
  out.dead_letter(r, reason, detail,
                  {alarms_, notices_, "not_booked", position_.symbol.str(),
                   "compare the position with the chain and the broker, see /dead-letters"});
}

void accumulator::correct(timestamp now) {
  position_ = domain::corrected(std::move(position_), written_at_, now, policy_);
}

actor_status accumulator::status() const {
  const auto& p = position_;
  auto s = make_status(p.symbol.str(), service_name);
  if (p.frozen) {
    s.state = run_state::held;
    s.activity = "frozen";
  }
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  s.show("exposure", p.exposure().to_string());
  s.show("available", p.available().to_string());
  s.show("live_executions", p.live.size());
  s.show("failure_streak", p.failure_streak);
  return s;
}

bridges::service accumulator_service(domain::hedging_policy policy, const ports::clock* clock,
                                     ports::notices* notices) {
  bridges::service s = services::service_of(description);
  s.unreadable = entity::why_unreadable<position_update>;
  s.route = entity::symbol_of;
  s.has_own_work = entity::has_own_work_if<position_update>(
      [policy](const position_update& newest) { return domain::next_timer(newest, policy).has_value(); });
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{spawn_class<accumulator>(system, std::move(seed), policy, clock, notices)};
  };
  return s;
}

}  // namespace hedgerow::accumulator
