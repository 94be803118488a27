#include "actors/poller/poller_actor.hpp"

#include <caf/all.hpp>

#include "actors/bridges/changelog.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "actors/poller/poller_service.hpp"
#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::poller {

using namespace protocol;

namespace {

using pointer = poller_actor::stateful_pointer<poller_state>;

outgoing changelog_record(const pending_order& order, std::uint32_t partition, bool finished, timestamp now) {
  const std::string id = order.execution.to_string();
  const envelope meta{"pending:" + id, now, now, id, {}, {}};
  return {{topic::poller_changelog, partition}, id,
          finished ? std::nullopt : std::optional{codec::encode(meta, order)}};
}

void look_later(pointer self, std::chrono::milliseconds delay) {
  self->delayed_send(self, delay, tick_atom::value);
}

/// Appends what a look has shown; schedules the next one.
void take(pointer self, const domain::progress_step& decided, const poller_ports& outside) {
  auto& state = self->state;
  const auto now = outside.clock->now();
  auto out = std::make_shared<step>();
  if (decided.event) {
    const std::string id = decided.event->execution.to_string();
    const envelope meta{domain::progress_event_id(decided.after), decided.happened_at.value_or(now), now, id,
                        domain::progress_cause(*state.pending), {}};
    out->records.push_back({{topic::schwab_executions, state.partition}, id, codec::encode(meta, *decided.event)});
  }
  if (decided.changed || decided.finished)
    out->records.push_back(changelog_record(decided.after, state.partition, decided.finished, now));
  for (const auto& a : decided.alarms)
    outside.notices->raise(ports::notice_level::alarm, service_name, domain::to_string(a.code),
                           decided.after.execution.to_string(), a.text);
  state.pending = decided.finished ? std::nullopt : std::optional{decided.after};
  out->idle = decided.finished;
  if (!out->records.empty() || out->idle) self->send(state.bridge, emit_atom::value, step_ptr{out});
}

void looked(pointer self, const expected<broker_order, broker_error>& answer, const poller_config& config,
            const poller_ports& outside) {
  auto& state = self->state;
  state.looking = false;
  if (!state.pending) return;
  const auto now = outside.clock->now();
  domain::poll_step next;
  if (answer) {
    take(self, domain::on_look(*state.pending, *answer, config.progress, now), outside);
    next = domain::next_look(state.schedule, config.schedule, outside.random->next());
  } else {
    state.last_error = std::string{to_string(answer.error().kind)} + ": " + answer.error().detail;
    take(self, domain::on_look_failed(*state.pending, answer.error(), config.progress, now), outside);
    next = domain::look_failed(state.schedule, config.schedule, outside.random->next(), answer.error().retry_after);
  }
  state.schedule = next.state;
  if (state.pending) look_later(self, next.delay);
}

void look(pointer self, const poller_config& config, const poller_ports& outside) {
  auto& state = self->state;
  // One look at a time.
  if (!state.pending || state.looking) return;
  state.looking = true;
  self->request(outside.gateway, config.call_timeout, ask_atom::value,
                broker::get_call{state.pending->order, state.pending->submitted_at - config.clock_skew,
                                 domain::call_class::status})
      .then([=](const broker::get_result& r) { looked(self, r.value, config, outside); },
            [=](const caf::error& why) {
              looked(self, unexpected(broker_error{broker_failure::no_answer, 0, self->system().render(why), {}}),
                     config, outside);
            });
}

/// The order that a SUBMITTED event names, once; other events are for others.
void begin(pointer self, const record& r, step& out, const poller_config& config, const poller_ports& outside) {
  auto& state = self->state;
  const auto now = outside.clock->now();
  const auto event = codec::decode<schwab_execution>(*r.value);
  if (!event) {
    out.records.push_back(bridges::make_dead_letter(service_name, r, "undecodable", event.error().detail, 1, now));
    return;
  }
  if (state.pending) return;
  state.pending = domain::watch_of(event->data, now, event->meta.event_id);
  if (!state.pending) return;
  out.records.push_back(changelog_record(*state.pending, state.partition, false, now));
  const auto first = domain::next_look({}, config.schedule, outside.random->next());
  state.schedule = first.state;
  look_later(self, first.delay);
}

actor_status status_of(pointer self, const std::string& key) {
  const auto& state = self->state;
  actor_status s{key, "poller", !state.pending ? "done" : state.looking ? "looking" : "waiting",
                 self->mailbox().size(), 0, state.last_error, {}, {}};
  if (state.pending)
    s.detail = {{"order", state.pending->order.str()},
                {"state", std::string{to_string(state.pending->state)}},
                {"filled", state.pending->filled.to_string()},
                {"looks", std::to_string(state.schedule.looks)}};
  return s;
}

}  // namespace

poller_actor::behavior_type poller(pointer self, bridges::entity_seed seed, poller_config config,
                                   poller_ports outside) {
  auto& state = self->state;
  state.partition = seed.partition;
  state.bridge = seed.bridge;
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end()) {
    auto stored = codec::decode<pending_order>(it->second);
    if (!stored) {
      self->quit(caf::make_error(caf::sec::runtime_error, "changelog of " + seed.key + ": " + stored.error().detail));
      return poller_actor::behavior_type::make_empty_behavior();
    }
    state.pending = std::move(stored->data);
    state.schedule = domain::resumed_poll(config.schedule);
    // An order that was pending when the process went down may have ended since: look at once.
    self->send(self, tick_atom::value);
  }
  return {
      [=](handle_atom, const slice_ptr& part) {
        auto out = std::make_shared<step>();
        for (const auto& r : part->records)
          if (r.value) begin(self, r, *out, config, outside);
        out->idle = !self->state.pending;
        return step_ptr{out};
      },
      [](committed_atom, std::uint64_t) {},
      [=, key = seed.key](status_atom) { return status_of(self, key); },
      [=](tick_atom) { look(self, config, outside); },
  };
}

bridges::service poller_service(poller_config config, poller_ports outside) {
  bridges::service s = services::service_of(description);
  s.unreadable = bridges::why_unreadable<pending_order>;
  s.route = [](const record& r) -> std::optional<std::string> {
    if (!r.value) return std::nullopt;
    // Only SUBMITTED starts a poller; the reports of pollers come back here and need none. An unreadable record goes to
    // the poller of its key, which buries it.
    const auto event = codec::decode<schwab_execution>(*r.value);
    if (event && event->data.state != execution_state::submitted) return std::nullopt;
    return r.key;
  };
  s.wakes_by_itself = [](const std::map<std::string, std::string>& changelog) { return !changelog.empty(); };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return entity_actor{system.spawn(poller, std::move(seed), config, outside)};
  };
  return s;
}

}  // namespace hedgerow::poller
