#include "actors/broker/broker_gateway.hpp"

#include <caf/all.hpp>

namespace hedgerow::broker {

using namespace protocol;
using domain::call_class;
using ports::broker_error;
using ports::broker_failure;

namespace {

using pointer = gateway_actor::stateful_pointer<gateway_state>;
constexpr std::size_t classes = 4;
/// Waiting questions of one class; more are refused at once.
constexpr std::size_t queue_max = 10'000;

constexpr ports::metric_family calls_family{"hedgerow_broker_calls_total", "Calls to the broker."};
constexpr ports::metric_family failures_family{"hedgerow_broker_call_failures_total",
                                               "Calls to the broker that failed."};

}  // namespace

class gateway {
 public:
  gateway(pointer self, std::shared_ptr<ports::broker_api> api, gateway_config config, const ports::clock* clock,
          std::function<void()> on_rejected)
      : self_{self}, api_{std::move(api)}, config_{config}, clock_{clock}, on_rejected_{std::move(on_rejected)},
        budget_{config.budget}, allowed_{config.budget.calls}, calls_{value_of(config.metrics, calls_family, {})},
        failures_{value_of(config.metrics, failures_family, {})} {}

  caf::result<place_result> place(const place_call& c) {
    auto promise = self_->make_response_promise<place_result>();
    queue(call_class::placement, promise, [this, c](auto done) { api_->place(c.request, c.not_after, done); });
    return promise;
  }

  caf::result<get_result> get(const get_call& c) {
    auto promise = self_->make_response_promise<get_result>();
    if (c.priority != call_class::status) {
      get_alone(c, promise);
    } else {
      gathered_.emplace_back(c, promise);
      if (gathered_.size() == 1) later(config_.gather, [this] { serve_gathered(); });
    }
    return promise;
  }

  caf::result<list_result> list(const list_call& c) {
    auto promise = self_->make_response_promise<list_result>();
    queue(call_class::evidence, promise, [this, c](auto done) { api_->list_orders(c.from, c.to, done); });
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
    enqueue(call_class::rest, [this, now] {
      api_->session(now, on_actor<ports::market_session>([this](auto answer) { session_answered(answer); }));
    });
    return promise;
  }

  void pump() {
    const auto now = clock_->monotonic();
    take_share(now);
    std::optional<ports::monotonic_time> next;
    for (std::size_t i = 0; i < classes; ++i) {
      const auto c = static_cast<call_class>(i);
      auto& waiting = queues_[i];
      while (!waiting.empty() && budget_.try_take(c, now)) {
        calls_->add();
        auto run = std::move(waiting.front());
        waiting.pop_front();
        run();
      }
      if (waiting.empty()) continue;
      const auto at = budget_.next_allowed(c, now);
      next = next ? std::min(*next, at) : at;
    }
    if (!next || ticking_) return;
    ticking_ = true;
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(*next - now) + std::chrono::milliseconds{1};
    self_->delayed_send(self_, wait, tick_atom::value);
  }

  void tick() {
    ticking_ = false;
    pump();
  }

  actor_status status() {
    actor_status s{"broker-gateway", "gateway", "running", self_->mailbox().size(), 0, last_error_, {}, {}};
    s.detail = {{"calls", std::to_string(calls_->get())},
                {"calls_in_window", std::to_string(budget_.used(clock_->monotonic()))},
                {"calls_allowed", std::to_string(allowed_)},
                {"failed", std::to_string(failures_->get())}};
    for (std::size_t i = 0; i < classes; ++i)
      s.detail.emplace_back("waiting." + std::string{to_string(static_cast<call_class>(i))},
                            std::to_string(queues_[i].size()));
    return s;
  }

 private:
  /// The part of the account's budget that is this node's now.
  void take_share(ports::monotonic_time now) {
    const auto callers = config_.share->callers(now);
    if (callers == callers_) return;
    callers_ = callers;
    auto part = config_.budget;
    for (auto* calls : {&part.calls, &part.kept_for_placement, &part.kept_for_evidence, &part.kept_for_status})
      *calls = domain::equal_share(*calls, callers);
    allowed_ = part.calls;
    budget_.change(part);
  }

  void enqueue(call_class c, std::function<void()> run) {
    queues_[static_cast<std::size_t>(c)].push_back(std::move(run));
    pump();
  }

  /// Waits for its turn, calls, answers.
  template <class T, class Call>
  void queue(call_class c, caf::typed_response_promise<result<T>> promise, Call call) {
    if (queues_[static_cast<std::size_t>(c)].size() >= queue_max) {
      promise.deliver(result<T>{unexpected(broker_error{broker_failure::not_sent, 0, "too many calls are waiting"})});
      return;
    }
    enqueue(c, [this, promise, call] {
      call(on_actor<T>([this, promise](expected<T, broker_error> answer) mutable {
        note(answer);
        promise.deliver(result<T>{std::move(answer)});
      }));
    });
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

  template <class T>
  void note(const expected<T, broker_error>& answer) {
    if (answer) return;
    const auto& e = answer.error();
    last_error_ = std::string{to_string(e.kind)} + ": " + e.detail;
    failures_->add();
    if (e.kind == broker_failure::unauthorized) on_rejected_();
    if (e.kind == broker_failure::throttled)
      budget_.throttled(clock_->monotonic() + (e.retry_after.count() > 0 ? e.retry_after : config_.throttle_pause));
  }

  void get_alone(const get_call& c, caf::typed_response_promise<get_result> promise) {
    queue(c.priority, promise, [this, c](auto done) { api_->get_order(c.order, done); });
  }

  void serve_gathered() {
    auto calls = std::move(gathered_);
    gathered_.clear();
    if (calls.size() < config_.list_from) {
      for (auto& [c, promise] : calls) get_alone(c, promise);
      return;
    }
    timestamp from = clock_->now();
    for (const auto& [c, promise] : calls) from = std::min(from, c.entered_after);
    auto shared = std::make_shared<decltype(calls)>(std::move(calls));
    enqueue(call_class::status, [this, from, shared] {
      api_->list_orders(from, clock_->now(), on_actor<std::vector<ports::broker_order>>([this, shared](auto answer) {
                          list_answered(*shared, answer);
                        }));
    });
  }

  void list_answered(std::vector<std::pair<get_call, caf::typed_response_promise<get_result>>>& calls,
                     const expected<std::vector<ports::broker_order>, broker_error>& answer) {
    note(answer);
    for (auto& [c, promise] : calls) {
      if (!answer) {
        promise.deliver(get_result{unexpected(answer.error())});
        continue;
      }
      const auto it = std::find_if(answer->begin(), answer->end(), [&](const auto& o) { return o.id == c.order; });
      // Not being in a list is weak evidence: the order is asked for by its own id.
      if (it == answer->end())
        get_alone(c, promise);
      else
        promise.deliver(get_result{*it});
    }
  }

  void session_answered(const expected<ports::market_session, broker_error>& answer) {
    note(answer);
    const auto now = clock_->now();
    if (answer) {
      session_ = *answer;
      session_until_ = now + config_.session_cache;
      for (const auto edge : {answer->start, answer->end})
        if (answer->open_today && now < edge) session_until_ = std::min(session_until_, edge);
    }
    for (auto& promise : std::exchange(session_waiting_, {})) promise.deliver(session_result{answer});
  }

  void later(std::chrono::milliseconds delay, gateway_task what) {
    self_->delayed_send(self_, delay, tell_atom::value, std::move(what));
  }

  pointer self_;
  std::shared_ptr<ports::broker_api> api_;
  gateway_config config_;
  const ports::clock* clock_;
  std::function<void()> on_rejected_;
  domain::call_budget budget_;
  std::uint32_t allowed_;
  std::uint32_t callers_ = 1;
  std::array<std::deque<std::function<void()>>, classes> queues_;
  bool ticking_ = false;
  std::vector<std::pair<get_call, caf::typed_response_promise<get_result>>> gathered_;
  std::optional<ports::market_session> session_;
  timestamp session_until_;
  std::vector<caf::typed_response_promise<session_result>> session_waiting_;
  ports::value_cell calls_;
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
