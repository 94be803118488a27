#include "actors/broker/broker_gateway.hpp"

#include <algorithm>
#include <caf/all.hpp>

#include "actors/broker/remembered_budget.hpp"
#include "actors/broker/watched_clock.hpp"

namespace hedgerow::broker {

using namespace protocol;
using domain::call_class;

namespace {

using pointer = gateway_actor::stateful_pointer<gateway_state>;
using domain::call_classes;
/// Waiting questions of one class; more are refused at once.
constexpr std::size_t queue_max = 10'000;

constexpr ports::metric_family calls_family{"hedgerow_broker_calls_total", "Calls to the broker."};
constexpr ports::metric_family unsent_family{
    "hedgerow_broker_calls_not_sent_total",
    "Calls to the broker that did not leave: no token, no connection, too late."};
constexpr ports::metric_family failures_family{"hedgerow_broker_call_failures_total",
                                               "Calls to the broker that failed."};

}  // namespace

class gateway {
 public:
  gateway(pointer self, std::shared_ptr<ports::broker_api> api, gateway_config config, const ports::clock* clock,
          std::function<void()> on_rejected)
      : self_{self},
        api_{std::move(api)},
        config_{config},
        clock_{clock},
        on_rejected_{std::move(on_rejected)},
        budget_{config.budget, config.memory, clock},
        allowed_{config.budget.calls},
        broker_clock_{config.clock_alarm},
        calls_{value_of(config.metrics, calls_family, {})},
        unsent_{value_of(config.metrics, unsent_family, {})},
        failures_{value_of(config.metrics, failures_family, {})} {}

  caf::result<place_result> place(const place_call& c) {
    auto promise = self_->make_response_promise<place_result>();
    queue(call_class::placement, promise, [this, c](auto done) { api_->place(c.request, c.not_after, done); },
          c.not_after);
    return promise;
  }

  caf::result<get_result> get(const get_call& c) {
    auto promise = self_->make_response_promise<get_result>();
    if (c.priority != call_class::status) {
      queue(c.priority, promise, [this, c](auto done) { api_->get_order(c.order, done); });
    } else {
      gathered_.push_back({c, promise});
      if (gathered_.size() == 1) later(config_.gather, [this] { serve_gathered(); });
    }
    return promise;
  }

  caf::result<list_result> list(const list_call& c) {
    auto promise = self_->make_response_promise<list_result>();
    queue(call_class::evidence, promise,
          [this, c](auto done) { api_->list_orders(c.from + clock_offset(), c.to + clock_offset(), done); });
    return promise;
  }

  caf::result<position_result> position(const position_call& c) {
    auto promise = self_->make_response_promise<position_result>();
    queue(call_class::evidence, promise, [this, c](auto done) { api_->position(c.symbol, done); });
    return promise;
  }

  caf::result<session_result> session() {
    const auto now = clock_->now();
    if (session_ && now < session_until_) return session_result{*session_};
    auto promise = self_->make_response_promise<session_result>();
    session_waiting_.push_back(promise);
    if (session_waiting_.size() > 1) return promise;
    // Nothing is placed without it.
    enqueue(call_class::placement, {[this, now] {
              api_->session(now + clock_offset(),
                            on_actor<market_session>([this](auto answer) { session_answered(answer); }));
            }});
    return promise;
  }

  void pump() {
    const auto now = clock_->monotonic();
    take_share(now);
    std::optional<monotonic_time> next = end_leases(now);
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

  void tick() {
    ticking_at_.reset();
    pump();
  }

  actor_status status() {
    actor_status s{"broker-gateway", "gateway", "running", self_->mailbox().size(), 0, last_error_, {}, {}};
    s.detail = {{"calls", std::to_string(calls_->get())},
                {"not_sent", std::to_string(unsent_->get())},
                {"calls_in_window", std::to_string(budget_.used(clock_->monotonic()))},
                {"calls_allowed", std::to_string(allowed_)},
                {"failed", std::to_string(failures_->get())}};
    for (std::size_t i = 0; i < call_classes; ++i)
      s.detail.emplace_back("waiting." + std::string{to_string(static_cast<call_class>(i))},
                            std::to_string(waiting(static_cast<call_class>(i))));
    return s;
  }

 private:
  struct waiting_call {
    std::function<void()> run;
    /// The latest time of the call; after it the answer is `too_late`.
    std::optional<deadline> not_after{};
    std::function<void()> too_late{};
  };
  struct look {
    get_call call;
    caf::typed_response_promise<get_result> promise;
    /// A list did not show it.
    bool alone = false;
  };

  /// The part of the account's budget that is this node's now.
  void take_share(monotonic_time now) {
    const auto callers = config_.share->callers(now);
    if (callers == callers_) return;
    callers_ = callers;
    auto part = config_.budget;
    for (auto* calls : {&part.calls, &part.kept_for_placement, &part.kept_for_evidence, &part.kept_for_status})
      *calls = domain::equal_share(*calls, callers);
    allowed_ = part.calls;
    budget_.change(part);
  }

  std::deque<waiting_call>& queue_of(call_class c) { return queues_[static_cast<std::size_t>(c)]; }

  std::size_t waiting(call_class c) { return c == call_class::status ? looks_.size() : queue_of(c).size(); }

  void enqueue(call_class c, waiting_call what) {
    queue_of(c).push_back(std::move(what));
    pump();
  }

  /// The budget allows a call: the next of its class, and `free - 1` more.
  void call_next(call_class c, std::size_t free) {
    if (c == call_class::status) return look_next(free);
    auto next = std::move(queue_of(c).front());
    queue_of(c).pop_front();
    next.run();
  }

  /// What waited until its lease was over is not called any more. When the next lease ends.
  std::optional<monotonic_time> end_leases(monotonic_time now) {
    std::optional<monotonic_time> next;
    auto& queue = queue_of(call_class::placement);
    for (auto it = queue.begin(); it != queue.end();) {
      if (it->not_after && it->not_after->passed(now, clock_->now())) {
        it->too_late();
        it = queue.erase(it);
        continue;
      }
      if (it->not_after) next = next ? std::min(*next, it->not_after->monotonic) : it->not_after->monotonic;
      ++it;
    }
    return next;
  }

  template <class T>
  static result<T> unsent(std::string why) {
    return {unexpected(broker_error{broker_failure::not_sent, 0, std::move(why), {}})};
  }

  /// Waits for its turn, calls, answers.
  template <class T, class Call>
  void queue(call_class c, caf::typed_response_promise<result<T>> promise, Call call,
             std::optional<deadline> not_after = std::nullopt) {
    if (queue_of(c).size() >= queue_max) {
      promise.deliver(unsent<T>("too many calls are waiting"));
      return;
    }
    enqueue(c, {[this, promise, call] { call_now<T>(promise, call); }, not_after, [this, c, promise]() mutable {
                  const auto now = clock_->monotonic();
                  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(budget_.next_allowed(c, now) - now);
                  last_error_ = "the lease was over before the call budget had room";
                  unsent_->add();
                  promise.deliver(
                      result<T>{unexpected(broker_error{broker_failure::throttled, 0, last_error_, pause})});
                }});
  }

  template <class T, class Call>
  void call_now(caf::typed_response_promise<result<T>> promise, const Call& call) {
    call(on_actor<T>([this, promise](expected<T, broker_error> answer) mutable {
      take_in(answer);
      promise.deliver(result<T>{std::move(answer)});
    }));
  }

  /// A callback for the adapter that runs `then` on this actor.
  template <class T, class Then>
  ports::broker_callback<T> on_actor(Then then) {
    return [me = caf::actor_cast<caf::actor_addr>(self_), then](expected<T, broker_error> answer) {
      auto actor = caf::actor_cast<gateway_actor>(me);
      if (!actor) return;
      caf::anon_send(actor, tell_atom::value,
                     gateway_task{[then, answer = std::move(answer)]() mutable { then(std::move(answer)); }});
    };
  }

  /// Counts the answer and translates its times.
  template <class T>
  void take_in(expected<T, broker_error>& answer) {
    note(answer);
    if (answer) translate_times(*answer, -clock_offset());
  }

  [[nodiscard]] microseconds clock_offset() const { return broker_clock_.ahead(); }

  void raise(ports::notice_level level, std::string_view code, const std::string& text) const {
    if (config_.notices != nullptr) config_.notices->raise(level, "broker-gateway", code, "broker", text);
  }

  template <class T>
  void note(const expected<T, broker_error>& answer) {
    if (const auto news = broker_clock_.look(api_->newest_clock_sample()))
      raise(news->level, "clock_offset", news->text);
    const bool left = answer || answer.error().kind != broker_failure::not_sent;
    (left ? calls_ : unsent_)->add();
    if (answer) return;
    const auto& e = answer.error();
    last_error_ = std::string{to_string(e.kind)} + ": " + e.detail;
    if (left) failures_->add();
    if (e.kind == broker_failure::unauthorized) on_rejected_();
    if (e.kind == broker_failure::throttled)
      budget_.throttled(clock_->monotonic() + (e.retry_after.count() > 0 ? e.retry_after : config_.throttle_pause));
  }

  void serve_gathered() {
    for (auto& l : std::exchange(gathered_, {}))
      if (looks_.size() < queue_max)
        looks_.push_back(std::move(l));
      else
        l.promise.deliver(unsent<broker_order>("too many calls are waiting"));
    pump();
  }

  /// One list call for all that wait when they are many, or more than there are calls; else one for the first. Old
  /// orders are not listed together with young ones: the list would hold all that was ordered since.
  void look_next(std::size_t free) {
    const auto old_before = clock_->now() - config_.list_back;
    const auto is_old = [&](const look& l) { return l.call.entered_after < old_before; };
    const bool old = is_old(looks_.front());
    const auto together = [&](const look& l) { return !l.alone && is_old(l) == old; };
    const auto many = static_cast<std::size_t>(std::count_if(looks_.begin(), looks_.end(), together));
    if (looks_.front().alone || many < 2 || (many < config_.list_from && many <= free)) {
      auto first = std::move(looks_.front());
      looks_.pop_front();
      return call_now<broker_order>(first.promise, [&](auto done) { api_->get_order(first.call.order, done); });
    }
    const auto rest = std::stable_partition(looks_.begin(), looks_.end(), together);
    auto shared = std::make_shared<std::vector<look>>(std::make_move_iterator(looks_.begin()),
                                                      std::make_move_iterator(rest));
    looks_.erase(looks_.begin(), rest);
    timestamp from = clock_->now();
    for (const auto& l : *shared) from = std::min(from, l.call.entered_after);
    api_->list_orders(from + clock_offset(), clock_->now() + clock_offset(),
                      on_actor<order_list>([this, shared](auto answer) { list_answered(*shared, answer); }));
  }

  /// Whether single orders may be readable although the list was not.
  static bool worth_asking_alone(const broker_error& error) {
    return error.kind != broker_failure::throttled && error.kind != broker_failure::not_sent &&
           error.kind != broker_failure::unauthorized;
  }

  void list_answered(std::vector<look>& looks, expected<order_list, broker_error>& answer) {
    take_in(answer);
    if (answer) {
      failed_lists_ = 0;
    } else if (worth_asking_alone(answer.error()) && ++failed_lists_ % config_.list_alarm == 0) {
      raise(ports::notice_level::alarm, "order_list_failed",
            std::to_string(failed_lists_) + " order lists in a row failed; each order is asked for by itself: " +
                answer.error().detail);
    }
    for (auto& l : looks) {
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
      looks_.push_back(l);
    }
    pump();
  }

  void session_answered(expected<market_session, broker_error> answer) {
    take_in(answer);
    const auto now = clock_->now();
    // Each desk asks at each input: an error must not use up the calls that are kept for placements.
    if (answer || answer.error().kind != broker_failure::not_sent) {
      session_ = answer;
      session_until_ = now + (answer ? good_for(*answer, now) : config_.session_retry);
    }
    for (auto& promise : std::exchange(session_waiting_, {})) promise.deliver(session_result{answer});
  }

  microseconds good_for(const market_session& session, timestamp now) {
    microseconds time = config_.session_cache;
    if (!session.open_today) {
      if (!closed_since_) closed_since_ = now;
      const microseconds least = std::min<microseconds>(config_.session_retry, time);
      return std::clamp(now - *closed_since_, least, time);
    }
    closed_since_.reset();
    for (const auto edge : {session.start, session.end})
      if (now < edge) time = std::min(time, edge - now);
    return time;
  }

  void later(std::chrono::milliseconds delay, gateway_task what) {
    self_->delayed_send(self_, delay, tell_atom::value, std::move(what));
  }

  pointer self_;
  std::shared_ptr<ports::broker_api> api_;
  gateway_config config_;
  const ports::clock* clock_;
  std::function<void()> on_rejected_;
  remembered_budget budget_;
  std::uint32_t allowed_;
  std::uint32_t callers_ = 1;
  std::array<std::deque<waiting_call>, call_classes> queues_;
  /// The earliest of the ticks under way.
  std::optional<monotonic_time> ticking_at_;
  std::vector<look> gathered_;
  /// Waiting calls of class status.
  std::deque<look> looks_;
  std::optional<expected<market_session, broker_error>> session_;
  timestamp session_until_;
  /// When the broker began to say that there is no session today.
  std::optional<timestamp> closed_since_;
  watched_clock broker_clock_;
  std::uint32_t failed_lists_ = 0;
  std::vector<caf::typed_response_promise<session_result>> session_waiting_;
  ports::value_cell calls_;
  ports::value_cell unsent_;
  ports::value_cell failures_;
  std::string last_error_;
};

gateway_actor::behavior_type broker_gateway(pointer self, std::shared_ptr<ports::broker_api> api,
                                            gateway_config config, const ports::clock* clock,
                                            std::function<void()> on_rejected) {
  self->state.impl = std::make_shared<gateway>(self, std::move(api), config, clock, std::move(on_rejected));
  auto* impl = self->state.impl.get();
  return {
      [=](ask_atom, const place_call& c) { return impl->place(c); },
      [=](ask_atom, const get_call& c) { return impl->get(c); },
      [=](ask_atom, const list_call& c) { return impl->list(c); },
      [=](ask_atom, const position_call& c) { return impl->position(c); },
      [=](ask_atom, const session_call&) { return impl->session(); },
      [=](tell_atom, const gateway_task& what) { what(); },
      [=](tick_atom) { impl->tick(); },
      [=](status_atom) { return impl->status(); },
  };
}

}  // namespace hedgerow::broker
