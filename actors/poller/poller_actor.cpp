#include "actors/poller/poller_actor.hpp"

#include <caf/all.hpp>

#include "actors/entity/dispatch.hpp"
#include "actors/entity/entity.hpp"
#include "actors/poller/poller_service.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::poller {

using namespace protocol;

poller::poller(pointer self, bridges::entity_seed seed, poller_config config, poller_ports outside)
    : self_{self}, seed_{std::move(seed)}, config_{config}, outside_{std::move(outside)} {}

poller::interface::behavior_type poller::start() {
  auto newest = entity::restore<pending_order>(seed_, seed_.key);
  if (!newest) return refuse_start(self_, newest.error());
  if (*newest) {
    pending_ = std::move((*newest)->data);
    schedule_ = domain::resumed_poll(config_.schedule);
    // An order that was pending when the process went down may have ended since: look at once.
    self_->send(self_, tick_atom::value);
  }
  return {
      [this](handle_atom, const slice_ptr& part) { return handle(*part); },
      [](committed_atom, std::uint64_t) {},
      [this](status_atom) { return status(); },
      [this](tick_atom) { look(); },
  };
}

// -- inputs ----------------------------------------------------------------------------------------------------------

step_ptr poller::handle(const slice& part) {
  entity::outbox out{service_name, outside_.clock->now()};
  for (const auto& r : part.records)
    entity::dispatch(
        r, [&](std::string_view reason, const std::string& detail) { out.dead_letter(r, reason, detail); },
        entity::on<schwab_execution>(topic::schwab_executions, [&](const auto& event) { begin(event, out); }));
  return out.finish(!pending_);
}

void poller::begin(const enveloped<schwab_execution>& event, entity::outbox& out) {
  if (pending_) return;
  pending_ = domain::watch_of(event.data, out.now(), event.meta.event_id);
  if (!pending_) return;
  keep(*pending_, out);
  const auto first = domain::next_look({}, config_.schedule, outside_.random->next());
  schedule_ = first.state;
  look_later(first.delay);
}

// -- looks -----------------------------------------------------------------------------------------------------------

void poller::look_later(std::chrono::milliseconds delay) { self_->delayed_send(self_, delay, tick_atom::value); }

void poller::look() {
  if (!pending_ || looking_) return;
  looking_ = true;
  self_
      ->request(outside_.gateway, config_.call_timeout, getorder_atom::value,
                get_call{pending_->order, pending_->submitted_at - config_.clock_skew, get_reason::status})
      .then([this](const get_result& r) { looked(r.value); },
            [this](const caf::error& why) {
              looked(unexpected(broker_error{broker_failure::no_answer, 0, self_->system().render(why), {}}));
            });
}

void poller::looked(const expected<broker_order, broker_error>& answer) {
  looking_ = false;
  if (!pending_) return;
  const auto now = outside_.clock->now();
  domain::poll_step next;
  if (answer) {
    take(domain::on_look(*pending_, *answer, config_.progress, now));
    next = domain::next_look(schedule_, config_.schedule, outside_.random->next());
  } else {
    last_error_ = std::string{to_string(answer.error().kind)} + ": " + answer.error().detail;
    take(domain::on_look_failed(*pending_, answer.error(), config_.progress, now));
    next = domain::look_failed(schedule_, config_.schedule, outside_.random->next(), answer.error().retry_after);
  }
  schedule_ = next.state;
  if (pending_) look_later(next.delay);
}

// -- what is written -------------------------------------------------------------------------------------------------

void poller::take(const domain::progress_step& decided) {
  entity::outbox out{service_name, outside_.clock->now()};
  const std::string id = decided.after.execution.to_string();
  if (decided.event)
    out.append({topic::schwab_executions, seed_.partition}, id, domain::progress_event_id(decided.after),
               *decided.event, {decided.happened_at.value_or(out.now()), id, domain::progress_cause(*pending_)});
  if (decided.finished)
    out.tombstone({topic::poller_changelog, seed_.partition}, id);
  else if (decided.changed)
    keep(decided.after, out);
  for (const auto& a : decided.alarms)
    outside_.notices->raise(ports::notice_level::alarm, service_name, domain::to_string(a.code), id, a.text);
  pending_ = decided.finished ? std::nullopt : std::optional{decided.after};
  entity::emit(self_, seed_.bridge, out.finish(decided.finished));
}

void poller::keep(const pending_order& order, entity::outbox& out) const {
  const std::string id = order.execution.to_string();
  out.append({topic::poller_changelog, seed_.partition}, id, "pending:" + id, order, {out.now(), id});
}

actor_status poller::status() const {
  auto s = make_status(seed_.key, service_name);
  s.activity = !pending_ ? "done" : looking_ ? "looking" : "waiting for the next look";
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  if (!pending_) return s;
  s.show("order", pending_->order.str());
  s.show("state", std::string{to_string(pending_->state)});
  s.show("filled", pending_->filled.to_string());
  s.show("looks", schedule_.looks);
  return s;
}

bridges::service poller_service(poller_config config, poller_ports outside) {
  bridges::service s = services::service_of(description);
  s.unreadable = entity::why_unreadable<pending_order>;
  s.route = [](const record& r) -> std::optional<std::string> {
    if (!r.value) return std::nullopt;
    // Only SUBMITTED starts a poller; the reports of pollers come back here and need none. An unreadable record goes to
    // the poller of its key, which buries it.
    const auto event = codec::decode<schwab_execution>(*r.value);
    if (event && event->data.state != execution_state::submitted) return std::nullopt;
    return r.key;
  };
  s.has_own_work = [](const std::map<std::string, std::string>& changelog) { return !changelog.empty(); };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{spawn_class<poller>(system, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::poller
