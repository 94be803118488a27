#include "actors/broker/broker_gateway.hpp"

#include <algorithm>
#include <caf/all.hpp>

namespace hedgerow::broker {

using namespace protocol;
using domain::call_class;
using domain::call_classes;

namespace {

constexpr ports::metric_family calls_family{"hedgerow_broker_calls_total", "Calls to the broker."};
constexpr ports::metric_family unsent_family{
    "hedgerow_broker_calls_not_sent_total",
    "Calls to the broker that did not leave: no token, no connection, too late."};
constexpr ports::metric_family failures_family{"hedgerow_broker_call_failures_total",
                                               "Calls to the broker that failed."};

}  // namespace

broker_gateway::broker_gateway(pointer self, std::shared_ptr<ports::broker_api> api, gateway_config config,
                               const ports::clock* clock, std::function<void()> on_rejected)
    : self_{self},
      api_{std::move(api)},
      config_{std::move(config)},
      clock_{clock},
      on_rejected_{std::move(on_rejected)},
      budget_{config_.budget, config_.memory, clock},
      allowed_{config_.budget.calls_per_minute},
      broker_clock_{config_.clock_alarm},
      calls_{value_of(config_.metrics, calls_family, {})},
      unsent_{value_of(config_.metrics, unsent_family, {})},
      failures_{value_of(config_.metrics, failures_family, {})} {}

broker_gateway::interface::behavior_type broker_gateway::start() {
  return {
      [this](status_atom) { return status(); },
      [this](place_atom, const place_call& c) { return place(c); },
      [this](getorder_atom, const get_call& c) { return get(c); },
      [this](listorders_atom, const list_call& c) { return list(c); },
      [this](position_atom, const position_call& c) { return position(c); },
      [this](session_atom) { return session(); },
      // What the broker answered.
      [this](placed_atom, std::uint64_t number, place_result& r) { answered(placing_, number, r); },
      [this](gotorder_atom, std::uint64_t number, get_result& r) { answered(getting_, number, r); },
      [this](gotorders_atom, std::uint64_t number, list_result& r) { answered(listing_, number, r); },
      [this](gotlooks_atom, std::uint64_t number, list_result& r) { looks_answered(number, r); },
      [this](gotshares_atom, std::uint64_t number, position_result& r) { answered(counting_, number, r); },
      [this](gotsession_atom, std::uint64_t, session_result& r) { session_answered(r); },
      // Timers.
      [this](gathered_atom) { serve_gathered(); },
      [this](tick_atom) { tick(); },
  };
}

// -- questions -------------------------------------------------------------------------------------------------------

caf::result<place_result> broker_gateway::place(const place_call& c) {
  return in_turn(call_class::placement, placing_, c.not_after, [this, c](std::uint64_t number) {
    api_->place(c.request, c.not_after, bring_back<placement>(placed_atom::value, number));
  });
}

caf::result<get_result> broker_gateway::get(const get_call& c) {
  if (c.reason == get_reason::status) {
    auto promise = self_->make_response_promise<get_result>();
    gather({c, promise, patience()});
    return promise;
  }
  return in_turn(call_class::evidence, getting_, patience(), [this, c](std::uint64_t number) {
    api_->get_order(c.order, bring_back<broker_order>(gotorder_atom::value, number));
  });
}

caf::result<list_result> broker_gateway::list(const list_call& c) {
  return in_turn(call_class::evidence, listing_, patience(), [this, c](std::uint64_t number) {
    api_->list_orders(c.from + clock_offset(), c.to + clock_offset(),
                      bring_back<order_list>(gotorders_atom::value, number));
  });
}

caf::result<position_result> broker_gateway::position(const position_call& c) {
  return in_turn(call_class::evidence, counting_, patience(), [this, c](std::uint64_t number) {
    api_->position(c.symbol, bring_back<shares>(gotshares_atom::value, number));
  });
}

caf::result<session_result> broker_gateway::session() {
  const auto now = clock_->now();
  if (session_ && now < session_until_) return session_result{*session_};
  auto promise = self_->make_response_promise<session_result>();
  session_waiting_.push_back(promise);
  if (session_waiting_.size() > 1) return promise;
  // Nothing is placed without it.
  enqueue(call_class::placement, {[this, now] {
                                    api_->session(now + clock_offset(),
                                                  bring_back<market_session>(gotsession_atom::value, ++number_));
                                  },
                                  patience(), [this] { answer_session(unexpected(no_room(call_class::placement))); }});
  return promise;
}

actor_status broker_gateway::status() {
  static constexpr status_gauge in_window{"hedgerow_broker_calls_in_window",
                                          "Calls to the broker within the last minute."};
  static constexpr status_gauge allowed{"hedgerow_broker_calls_allowed",
                                        "Calls to the broker that this node may make in a minute."};
  static constexpr status_gauge waiting_calls{"hedgerow_broker_calls_waiting",
                                              "Calls to the broker that wait for their turn.", "class"};
  auto s = make_status("broker-gateway", "gateway");
  s.mailbox = self_->mailbox().size();
  s.last_error = last_error_;
  s.show("calls", calls_->get());
  s.show("not_sent", unsent_->get());
  s.show("calls_in_window", budget_.used(clock_->monotonic()), &in_window);
  s.show("calls_allowed", allowed_, &allowed);
  s.show("failed", failures_->get());
  for (std::size_t i = 0; i < call_classes; ++i) {
    const auto c = static_cast<call_class>(i);
    s.show("waiting." + std::string{to_string(c)}, waiting(c), &waiting_calls, std::string{to_string(c)});
  }
  return s;
}

// -- the budget ------------------------------------------------------------------------------------------------------

void broker_gateway::tick() {
  ticking_at_.reset();
  pump();
}

void broker_gateway::pump() {
  const auto now = clock_->monotonic();
  take_share(now);
  std::optional<monotonic_time> next = drop_late(now);
  for (std::size_t i = 0; i < call_classes; ++i) {
    const auto c = static_cast<call_class>(i);
    while (waiting(c) > 0) {
      const auto free = budget_.free(c, now);
      if (!budget_.try_take(c, now)) break;
      call_next(c, free);
    }
    if (waiting(c) == 0) continue;
    const auto at = budget_.next_allowed(c, now);
    next = next ? std::min(*next, at) : at;
  }
  if (!next || (ticking_at_ && *ticking_at_ <= *next)) return;
  ticking_at_ = *next;
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*next - now) + std::chrono::milliseconds{1};
  self_->delayed_send(self_, wait, tick_atom::value);
}

/// The part of the account's budget that is this node's now.
void broker_gateway::take_share(monotonic_time now) {
  const auto callers = config_.share->callers(now);
  if (callers == callers_) return;
  callers_ = callers;
  auto part = config_.budget;
  for (auto* calls : {&part.calls_per_minute, &part.kept_for_placement, &part.kept_for_evidence, &part.kept_for_status})
    *calls = domain::equal_share(*calls, callers);
  allowed_ = part.calls_per_minute;
  budget_.change(part);
}

std::size_t broker_gateway::waiting(call_class c) {
  return c == call_class::status ? looks_.size() : queue_of(c).size();
}

void broker_gateway::enqueue(call_class c, waiting_call what) {
  queue_of(c).push_back(std::move(what));
  pump();
}

/// The budget allows a call: the next of its class, and `free - 1` more.
void broker_gateway::call_next(call_class c, std::size_t free) {
  if (c == call_class::status) return look_next(free);
  auto next = std::move(queue_of(c).front());
  queue_of(c).pop_front();
  next.run();
}

/// What waited until its lease, or the patience of whoever asks, was over is not called any more: it would take the
/// place of a call that somebody waits for. When the next one ends.
std::optional<monotonic_time> broker_gateway::drop_late(monotonic_time now) {
  std::optional<monotonic_time> next;
  const auto drop = [&, wall = clock_->now()](auto& queue, const auto& answer) {
    for (auto it = queue.begin(); it != queue.end();) {
      if (it->not_after.passed(now, wall)) {
        answer(*it);
        it = queue.erase(it);
        continue;
      }
      next = next ? std::min(*next, it->not_after.monotonic) : it->not_after.monotonic;
      ++it;
    }
  };
  for (const auto c : {call_class::placement, call_class::evidence})
    drop(queue_of(c), [](const waiting_call& w) { w.too_late(); });
  drop(looks_, [this](look& l) { l.promise.deliver(get_result{unexpected(no_room(call_class::status))}); });
  return next;
}

broker_error broker_gateway::no_room(call_class c) {
  const auto now = clock_->monotonic();
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(budget_.next_allowed(c, now) - now);
  last_error_ = "the call budget had no room in time";
  unsent_->add();
  return {broker_failure::throttled, 0, last_error_, pause};
}

deadline broker_gateway::patience() const {
  return {clock_->monotonic() + question_patience, clock_->now() + question_patience};
}

/// Waits for its turn, then calls; too late, it is answered without a call.
template <class T, class Call>
caf::result<broker_result<T>> broker_gateway::in_turn(call_class c, asked<T>& calls, deadline not_after, Call call) {
  auto promise = self_->make_response_promise<broker_result<T>>();
  if (queue_of(c).size() >= gateway_queue_max) {
    promise.deliver(unsent<T>("too many calls are waiting"));
    return promise;
  }
  enqueue(c, {[this, &calls, call, promise] {
                calls.emplace(++number_, promise);
                call(number_);
              },
              not_after, [this, c, promise]() mutable { promise.deliver(broker_result<T>{unexpected(no_room(c))}); }});
  return promise;
}

// -- answers ---------------------------------------------------------------------------------------------------------

template <class T>
void broker_gateway::answered(asked<T>& calls, std::uint64_t number, broker_result<T>& answer) {
  take_in(answer.value);
  if (auto call = calls.extract(number)) call.mapped().deliver(std::move(answer));
}

void broker_gateway::raise(ports::notice_level level, std::string_view code, const std::string& text) const {
  if (config_.notices != nullptr) config_.notices->raise(level, "broker-gateway", code, "broker", text);
}

void broker_gateway::note(const broker_error* error) {
  if (const auto news = broker_clock_.look(api_->newest_clock_sample())) raise(news->level, "clock_offset", news->text);
  const bool left = error == nullptr || error->kind != broker_failure::not_sent;
  (left ? calls_ : unsent_)->add();
  if (error == nullptr) return;
  last_error_ = std::string{to_string(error->kind)} + ": " + error->detail;
  if (left) failures_->add();
  if (error->kind == broker_failure::unauthorized) on_rejected_();
  if (error->kind == broker_failure::throttled)
    budget_.throttled(clock_->monotonic() +
                      (error->retry_after.count() > 0 ? error->retry_after : config_.throttle_pause));
}

void broker_gateway::session_answered(session_result& result) {
  auto& answer = result.value;
  take_in(answer);
  const auto now = clock_->now();
  // Each desk asks at each input: an error must not use up the calls that are kept for placements.
  if (answer || answer.error().kind != broker_failure::not_sent) {
    session_ = answer;
    session_until_ = now + (answer ? good_for(*answer, now) : config_.session.retry);
  }
  answer_session(answer);
}

void broker_gateway::answer_session(const expected<market_session, broker_error>& answer) {
  for (auto& promise : std::exchange(session_waiting_, {})) promise.deliver(session_result{answer});
}

microseconds broker_gateway::good_for(const market_session& session, timestamp now) {
  microseconds time = config_.session.cache;
  if (!session.open_today) {
    if (!closed_since_) closed_since_ = now;
    const microseconds least = std::min<microseconds>(config_.session.retry, time);
    return std::clamp(now - *closed_since_, least, time);
  }
  closed_since_.reset();
  for (const auto edge : {session.start, session.end})
    if (now < edge) time = std::min(time, edge - now);
  return time;
}

}  // namespace hedgerow::broker
