#include "actors/execution/desk_host.hpp"

#include <caf/all.hpp>

#include "actors/entity/dispatch.hpp"
#include "actors/entity/entity.hpp"
#include "actors/execution/execution_service.hpp"

namespace hedgerow::execution {

using namespace protocol;

namespace {

/// Whether an alarm can wait for business hours.
ports::notice_level level_of(domain::desk_alarm_code code) {
  using enum domain::desk_alarm_code;
  return code == absent || code == released || code == baseline_failed ? ports::notice_level::warning
                                                                       : ports::notice_level::alarm;
}

}  // namespace

desk_host::desk_host(pointer self, bridges::entity_seed seed, execution_config config, execution_ports outside)
    : self_{self},
      seed_{std::move(seed)},
      config_{config},
      outside_{std::move(outside)},
      started_{outside_.clock->now()},
      desk_{{}, config.rules} {}

desk_host::interface::behavior_type desk_host::start() {
  const auto name = symbol::parse(seed_.key);
  if (!name) return refuse_start(self_, "not a symbol: " + seed_.key);
  auto newest = entity::restore<execution_desk>(seed_, seed_.key);
  if (!newest) return refuse_start(self_, newest.error());
  execution_desk state;
  state.symbol = *name;
  if (*newest) state = std::move((*newest)->data);
  desk_ = domain::desk{std::move(state), config_.rules};
  if (*newest) with_session([this] { emit(desk_.on_recovery(context())); });
  return {
      [this](handle_atom, const slice_ptr& part) { return handle(part); },
      [this](committed_atom, std::uint64_t ticket) { waiting_.committed(ticket); },
      [this](status_atom) { return status(); },
      [this](tick_atom, std::uint64_t round) { tick(round); },
  };
}

// -- inputs ----------------------------------------------------------------------------------------------------------

caf::result<step_ptr> desk_host::handle(const slice_ptr& part) {
  if (outside_.clock->now() < session_until_) return process(*part);
  auto promise = self_->make_response_promise<step_ptr>();
  with_session([this, part, promise]() mutable { promise.deliver(process(*part)); });
  return promise;
}

void desk_host::tick(std::uint64_t round) {
  if (timer_.rings(round)) with_session([this] { emit(desk_.on_timer(context())); });
}

void desk_host::with_session(std::function<void()> then) {
  const auto now = outside_.clock->now();
  if (now < session_until_) return then();
  // await: no other message is looked at before the answer, so inputs keep their order.
  self_->request(outside_.gateway, config_.session_wait, session_atom::value)
      .await(
          [this, then](const session_result& answer) {
            session_.reset();
            if (answer.value) {
              session_ = *answer.value;
              if (session_->open_today) {
                closed_since_.reset();
              } else if (!closed_since_) {
                closed_since_ = outside_.clock->now();
              }
              session_until_ = outside_.clock->now() + config_.session_use;
            } else {
              last_error_ = "market session: " + answer.value.error().detail;
            }
            then();
          },
          [this, then](const caf::error& why) {
            session_.reset();
            // The next inputs do not wait, too: one after the other they would keep the bridge waiting for long.
            session_until_ = outside_.clock->now() + config_.session_use;
            last_error_ = "market session: " + self_->system().render(why);
            then();
          });
}

domain::desk_context desk_host::context() {
  domain::desk_context c;
  c.now = outside_.clock->now();
  c.owner_epoch = static_cast<std::uint64_t>(started_.us);
  c.gate.token_available = outside_.tokens->get().has_value();
  c.gate.session = session_;
  c.gate.closed_since = closed_since_.value_or(c.now);
  const auto monotonic = outside_.clock->monotonic();
  const auto wait = outside_.placements->next_allowed(config_.limits.orders_per_minute, monotonic) - monotonic;
  c.gate.next_order_at = c.now + std::chrono::ceil<microseconds>(wait);
  return c;
}

step_ptr desk_host::process(const slice& part) {
  entity::outbox out{service_name, outside_.clock->now()};
  for (const auto& r : part.records) feed(r, out);
  return finish(out);
}

void desk_host::feed(const record& r, entity::outbox& out) {
  const auto give_up = [&](std::string_view reason, const std::string& detail) {
    last_error_ = detail;
    out.dead_letter(r, reason, detail);
  };
  entity::dispatch(
      r, give_up,
      entity::on<schwab_command>(topic::schwab_commands,
                                 [&](const auto& command) {
                                   add(desk_.on_command(command.data, command.meta.recorded_at, context()),
                                       command.meta.event_id, out);
                                 }),
      entity::on<schwab_execution>(
          topic::schwab_executions,
          [&](const auto& event) { add(desk_.on_execution(event.data, context()), event.meta.event_id, out); }),
      entity::on<control_event>(topic::control_events, [&](const auto& control) {
        add(desk_.on_control(control.data, {r.offset, control.meta.recorded_at}, context()), control.meta.event_id,
            out);
      }));
}

// -- steps -----------------------------------------------------------------------------------------------------------

void desk_host::add(const domain::desk_step& decided, const std::string& cause, entity::outbox& out) {
  const auto now = outside_.clock->now();
  const auto decided_at = outside_.clock->monotonic();
  const auto& name = desk_.state().symbol;
  std::uint64_t number = decided.first_event;
  // A step that no record caused (a timer or an answer did) names the desk's last event as its cause.
  const std::string follows = cause.empty() && number > 0 ? domain::desk_event_id(name, number - 1) : cause;
  out.set_now(now);
  for (const auto& event : decided.events) {
    const std::string id = event.execution.to_string();
    out.append({topic::schwab_executions, seed_.partition}, id, domain::desk_event_id(name, number++), event,
               {now, id, follows});
  }
  if (decided.changed)
    out.append({topic::execution_changelog, seed_.partition}, name.str(), "desk-state:" + name.str(), desk_.state(),
               {now, name.str(), follows});
  for (const auto& a : decided.alarms)
    outside_.notices->raise(level_of(a.code), service_name, domain::to_string(a.code), a.execution.to_string(), a.text);
  for (const auto& effect : decided.effects)
    out.after_commit([this, effect, decided_at] { carry_out(effect, decided_at); });
  entity::set_timer(self_, timer_, decided.wake_at, now);
}

step_ptr desk_host::finish(entity::outbox& out) {
  const auto& state = desk_.state();
  const bool nothing_to_do = !state.live && state.queue.empty() && state.watch_at.us == 0;
  return out.finish(waiting_, nothing_to_do && calls_ == 0, calls_ > 0);
}

void desk_host::emit(const domain::desk_step& decided) {
  entity::outbox out{service_name, outside_.clock->now()};
  add(decided, {}, out);
  entity::emit(self_, seed_.bridge, finish(out));
}

// -- effects ---------------------------------------------------------------------------------------------------------

void desk_host::carry_out(const domain::desk_effect& effect, monotonic_time decided_at) {
  if (const auto* place = std::get_if<domain::place_order>(&effect))
    run(*place, decided_at);
  else if (const auto* baseline = std::get_if<domain::fetch_baseline>(&effect))
    run(*baseline);
  else if (const auto* verify = std::get_if<domain::verify_order>(&effect))
    run(*verify);
  else if (const auto* evidence = std::get_if<domain::list_evidence>(&effect))
    run(*evidence);
  else if (const auto* where = std::get_if<domain::fetch_position>(&effect))
    run(*where);
  else
    outside_.refresh_token();
}

template <class Result, class Verb, class Call, class Then>
void desk_host::ask(Verb verb, Call call, Then then) {
  ++calls_;
  self_->request(outside_.gateway, config_.call_timeout, verb, std::move(call))
      .then(
          [this, then](const Result& r) {
            --calls_;
            emit(then(r.value));
          },
          [this, then](const caf::error& why) {
            --calls_;
            // The gateway did not answer, but the call may have been made.
            const broker_error silent{
                broker_failure::no_answer, 0, "the broker gateway: " + self_->system().render(why), {}};
            emit(then(decltype(Result::value){unexpected(silent)}));
          });
}

void desk_host::run(const domain::place_order& e, monotonic_time decided_at) {
  const auto now = context();
  const deadline lease{decided_at + e.lease, e.not_after};
  if (const auto refusal = domain::check_write(now.gate, config_.rules.gate, desk_.state().halted, e.request.quantity,
                                               lease, outside_.clock->monotonic(), now.now))
    return emit(desk_.on_gate_refusal(e.execution, e.attempt, *refusal, now));
  outside_.placements->add(outside_.clock->monotonic());
  ask<place_result>(place_atom::value, place_call{e.request, lease}, [this, e](const auto& answer) {
    return desk_.on_placement(e.execution, e.attempt, answer, context());
  });
}

void desk_host::run(const domain::verify_order& e) {
  ask<get_result>(getorder_atom::value, get_call{e.order, outside_.clock->now(), get_reason::evidence},
                  [this, e](const auto& answer) { return desk_.on_order(e.execution, e.order, answer, context()); });
}

void desk_host::run(const domain::list_evidence& e) {
  ask<list_result>(listorders_atom::value, list_call{e.from, e.to}, [this, e](const auto& answer) {
    return desk_.on_evidence(e.execution, e.asked_at, answer, context());
  });
}

void desk_host::run(const domain::fetch_position& e) {
  ask<position_result>(position_atom::value, position_call{desk_.state().symbol}, [this, e](const auto& answer) {
    return desk_.on_position(e.execution, e.asked_at, answer, context());
  });
}

void desk_host::run(const domain::fetch_baseline& e) {
  ask<position_result>(position_atom::value, position_call{desk_.state().symbol}, [this, e](const auto& answer) {
    return desk_.on_baseline(e.execution, e.asked_at, answer, context());
  });
}

actor_status desk_host::status() const {
  const auto& s = desk_.state();
  auto out = make_status(s.symbol.str(), service_name);
  out.activity = s.live ? std::string{to_string(s.live->phase)} : "no order";
  if (s.live && s.live->phase == intent_phase::held) out.state = run_state::held;
  out.mailbox = self_->mailbox().size();
  out.last_error = last_error_;
  out.show("queue", s.queue.size());
  out.show("own_fills", s.filled.to_string());
  out.show("calls_under_way", calls_);
  if (!s.live) return out;
  out.show("execution", s.live->execution.to_string());
  out.show("order", s.live->order ? s.live->order->str() : std::string{});
  return out;
}

}  // namespace hedgerow::execution
