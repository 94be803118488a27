#include "actors/accumulator/accumulator_actor.hpp"

#include <caf/all.hpp>

#include "actors/accumulator/accumulator_service.hpp"
#include "actors/bridges/changelog.hpp"
#include "actors/bridges/dead_letters.hpp"
#include "messages/codec/codec.hpp"

namespace hedgerow::accumulator {

using namespace protocol;
using bridges::make_dead_letter;

namespace {

using pointer = entity_actor::stateful_pointer<accumulator_state>;

/// What a slice or a timer adds to the log.
struct writer {
  accumulator_state& state;
  timestamp now;
  ports::notices* notices = nullptr;
  std::shared_ptr<step> out = std::make_shared<step>();

  void put(const envelope& cause, domain::position_decision decision) {
    state.position = std::move(decision.after);
    state.written_at = now;
    const std::string& symbol = state.position.symbol.str();
    for (const auto& a : decision.alarms)
      if (notices != nullptr)
        notices->raise(ports::notice_level::alarm, service_name, domain::to_string(a.code), symbol, a.text);
    const envelope meta{"position:" + cause.event_id, cause.occurred_at, now, cause.correlation_id, cause.event_id,
                        cause.traceparent};
    out->records.push_back({{topic::position_updates, state.partition}, symbol, codec::encode(meta, state.position)});
    if (!decision.command) return;
    const std::string id = decision.command->execution.to_string();
    const envelope command_meta{"command:" + id, now, now, id, cause.event_id, cause.traceparent};
    out->records.push_back(
        {{topic::schwab_commands, state.partition}, symbol + ":" + id, codec::encode(command_meta, *decision.command)});
  }

  void bury(const record& r, std::string_view reason, const std::string& detail) {
    state.last_error = std::string{reason};
    out->records.push_back(make_dead_letter(service_name, r, reason, detail, 1, now));
    state.alarms.raise(notices, service_name, "not_booked", reason, state.position.symbol.str(),
                       std::string{to_string(r.from.topic)} + " " + r.key + ": " + std::string{reason} + ": " + detail +
                           "; compare the position with the chain and the broker, see /dead-letters",
                       now);
  }
};

using decision = expected<domain::position_decision, domain::position_fault>;

/// A duplicate is not an error: it changes nothing and is not a dead letter.
void finish(writer& w, const record& r, const envelope& meta, decision decided) {
  if (decided) {
    if (decided->changed) w.put(meta, std::move(*decided));
    return;
  }
  if (decided.error() == domain::position_fault::duplicate) return;
  w.bury(r, domain::to_string(decided.error()), "the position does not accept it");
}

void book(writer& w, const record& r, const domain::hedging_policy& policy) {
  const std::string_view bytes = *r.value;
  if (r.from.topic == topic::onchain_trades) {
    const auto trade = codec::decode<onchain_trade>(bytes);
    if (!trade) return w.bury(r, "undecodable", trade.error().detail);
    finish(w, r, trade->meta,
           domain::book_trade(w.state.position, trade->data, policy, w.now, trade->meta.event_id));
  } else if (r.from.topic == topic::schwab_executions) {
    const auto outcome = codec::decode<schwab_execution>(bytes);
    if (!outcome) return w.bury(r, "undecodable", outcome.error().detail);
    finish(w, r, outcome->meta,
           domain::book_execution(w.state.position, outcome->data, policy, w.now, outcome->meta.event_id));
  } else {
    const auto control = codec::decode<control_event>(bytes);
    if (!control) return w.bury(r, "undecodable", control.error().detail);
    if (control->data.action == control_action::halt)
      w.put(control->meta, domain::freeze(w.state.position, control->meta.event_id));
    else if (control->data.action == control_action::resume)
      w.put(control->meta, domain::resume(w.state.position, policy, w.now, control->meta.event_id));
  }
}

/// A timer is never set further ahead: a retry that was computed while the clock was wrong is seen for what it is then.
constexpr std::chrono::minutes longest_sleep{1};

void correct(accumulator_state& state, const domain::hedging_policy& policy, timestamp now) {
  state.position = domain::corrected(std::move(state.position), state.written_at, now, policy);
}

void arm(pointer self, const domain::hedging_policy& policy, timestamp now) {
  const auto due = domain::next_timer(self->state.position, policy);
  if (!due || *due == self->state.armed_for) return;
  self->state.armed_for = *due;
  const auto wait = std::clamp<microseconds>(*due - now, microseconds{0}, longest_sleep) + std::chrono::milliseconds{1};
  self->delayed_send(self, std::chrono::duration_cast<std::chrono::milliseconds>(wait) + std::chrono::milliseconds{1},
                     committed_atom::value, std::uint64_t{0});
}

/// Ticket 0 is the actor's own timer: it holds no state of a step, so it may come at any time.
void timer_due(pointer self, const domain::hedging_policy& policy, timestamp now, ports::notices* notices) {
  auto& state = self->state;
  state.armed_for = {};
  correct(state, policy, now);
  const auto decided = domain::book_timer(state.position, policy, now);
  if (decided.changed) {
    writer w{state, now, notices};
    const std::string id = "timer:" + state.position.symbol.str() + ":" + std::to_string(state.position.next_execution);
    w.put({id, now, now, id, {}, {}}, decided);
    w.out->idle = !domain::next_timer(state.position, policy);
    self->send(state.bridge, emit_atom::value, step_ptr{w.out});
  }
  arm(self, policy, now);
}

actor_status status_of(pointer self) {
  const auto& p = self->state.position;
  return {p.symbol.str(), "accumulator", p.frozen ? "frozen" : "running", self->mailbox().size(), 0,
          self->state.last_error,
          {{"exposure", p.exposure().to_string()},
           {"available", p.available().to_string()},
           {"live_executions", std::to_string(p.live.size())},
           {"failure_streak", std::to_string(p.failure_streak)}},
          {}};
}

}  // namespace

entity_actor::behavior_type accumulator(pointer self, bridges::entity_seed seed, domain::hedging_policy policy,
                                        const ports::clock* clock, ports::notices* notices) {
  auto& state = self->state;
  state.partition = seed.partition;
  state.bridge = seed.bridge;
  const auto name = symbol::parse(seed.key);
  if (!name) {
    self->quit(caf::make_error(caf::sec::runtime_error, "not a symbol: " + seed.key));
    return entity_actor::behavior_type::make_empty_behavior();
  }
  state.position = domain::empty_position(*name);
  if (const auto it = seed.changelog.find(seed.key); it != seed.changelog.end()) {
    auto newest = codec::decode<position_update>(it->second);
    if (!newest) {
      self->quit(caf::make_error(caf::sec::runtime_error, "changelog of " + seed.key + ": " + newest.error().detail));
      return entity_actor::behavior_type::make_empty_behavior();
    }
    state.position = std::move(newest->data);
    state.written_at = newest->meta.recorded_at;
  }
  correct(state, policy, clock->now());
  arm(self, policy, clock->now());
  return {
      [=](handle_atom, const slice_ptr& part) {
        writer w{self->state, clock->now(), notices};
        correct(self->state, policy, w.now);
        for (const auto& r : part->records)
          if (r.value) book(w, r, policy);
        arm(self, policy, w.now);
        w.out->idle = !domain::next_timer(self->state.position, policy);
        return step_ptr{w.out};
      },
      [=](committed_atom, std::uint64_t) { timer_due(self, policy, clock->now(), notices); },
      [=](status_atom) { return status_of(self); },
  };
}

bridges::service accumulator_service(domain::hedging_policy policy, const ports::clock* clock,
                                     ports::notices* notices) {
  bridges::service s = services::service_of(description);
  s.unreadable = bridges::why_unreadable<position_update>;
  s.takes_over = topic::onchain_trades;
  s.route = [](const record& r) -> std::optional<std::string> {
    if (r.from.topic == topic::control_events)  // its key is a scope; `global` is not for positions
      return symbol::parse(r.key) ? std::optional{r.key} : std::nullopt;
    // {symbol}:{tx_hash}:{log_index} and {symbol}:{sequence}
    const auto colon = r.key.find(':');
    if (colon == std::string::npos) return std::nullopt;
    return r.key.substr(0, colon);
  };
  s.wakes_by_itself = [policy](const std::map<std::string, std::string>& changelog) {
    if (changelog.empty()) return false;
    const auto newest = codec::decode<position_update>(changelog.begin()->second);
    return !newest || domain::next_timer(newest->data, policy).has_value();
  };
  s.spawn = [=](caf::actor_system& system, bridges::entity_seed seed) {
    return system.spawn(accumulator, std::move(seed), policy, clock, notices);
  };
  return s;
}

}  // namespace hedgerow::accumulator
