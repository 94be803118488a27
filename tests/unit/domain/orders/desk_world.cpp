#include "desk_world.hpp"

#include "messages/codec/codec.hpp"
#include "messages/events/names.hpp"

namespace hedgerow::test {

using namespace domain;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const symbol aapl = *symbol::parse("AAPL");

template <class... Ts>
struct overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace

desk_world::desk_world(world_options options)
    : options_{options}, luck_{options.seed, options.fault_limit}, broker_{luck_, options.broker} {
  durable_.desk.symbol = aapl;
  broker_.hold(aapl, 1000);
  end_ = now_ + hours{2};
}

desk_context desk_world::context() const {
  gate_conditions gate;
  gate.token_available = true;
  gate.session = market_session{true, timestamp{0}, now_ + hours{1000}};
  return {now_, life_, gate};
}

void desk_world::note(const std::string& line) {
  trace_.push_back(std::to_string((now_.us - 1'700'000'000'000'000) / 1000) + " ms: " + line);
}

void desk_world::at(timestamp when, std::function<void()> action) { agenda_.emplace(when, std::move(action)); }

void desk_world::owned(timestamp when, std::function<void()> action) {
  at(when, [this, life = life_, action = std::move(action)] {
    if (life == life_ && desk_) action();
  });
}

void desk_world::plan_commands() {
  const auto count = luck_.between(1, 5);
  timestamp when = now_;
  for (std::int64_t i = 1; i <= count; ++i) {
    when = when + milliseconds{luck_.between(0, 240'000)};
    // Few sizes and sides, so that orders of different intents look alike.
    const side way = luck_.between(0, 2) == 0 ? side::buy : side::sell;
    const auto quantity = static_cast<std::uint64_t>(luck_.between(1, 2));
    const schwab_command command{{aapl, static_cast<std::uint64_t>(i)}, way, quantity, {}};
    at(when, [this, command] {
      durable_.commands.push_back(command);
      // At-least-once producers repeat themselves.
      if (luck_.fault(10)) durable_.commands.push_back(command);
    });
    if (options_.foreign_orders && luck_.fault(50))
      at(when + milliseconds{luck_.between(0, 20'000)}, [this, command] {
        broker_.place_foreign({aapl, command.side, command.quantity}, now_);
      });
  }
}

std::string desk_world::run() {
  restart();
  plan_commands();
  while (wrong_.empty()) {
    if (desk_ && feed()) continue;
    if (agenda_.empty() || agenda_.begin()->first > end_) break;
    const auto next = agenda_.begin();
    now_ = std::max(now_, next->first);
    const auto action = std::move(next->second);
    agenda_.erase(next);
    action();
  }
  now_ = end_;
  return wrong_.empty() ? verdict() : wrong_;
}

/// One input record, if there is one.
bool desk_world::feed() {
  if (durable_.next_execution < durable_.executions.size()) {
    const auto event = durable_.executions[durable_.next_execution];
    take(desk_->on_execution(event, context()), 0, 1);
    return true;
  }
  if (durable_.next_command < durable_.commands.size()) {
    const auto command = durable_.commands[durable_.next_command];
    take(desk_->on_command(command, now_, context()), 1, 0);
    return true;
  }
  return false;
}

/// Commit, then effects; a crash may come in between.
void desk_world::take(desk_step step, std::size_t commands, std::size_t executions) {
  if (crash()) return;
  if (!step.changed && desk_->state() != durable_.desk) wrong_ = "a step changed the state and did not say so";
  durable_.desk = desk_->state();
  durable_.next_command += commands;
  durable_.next_execution += executions;
  for (const auto& event : step.events) append(event);
  for (const auto& alarm : step.alarms) {
    note("alarm " + std::string{to_string(alarm.code)} + ": " + alarm.text);
    ++seen_[std::string{to_string(alarm.code)}];
  }
  if (step.wake_at) {
    owned(std::max(*step.wake_at, now_ + milliseconds{1}), [this, wake = ++wake_] {
      if (wake == wake_) take(desk_->on_timer(context()));
    });
  } else {
    ++wake_;
  }
  for (const auto& effect : step.effects) {
    if (crash()) return;
    perform(effect);
  }
}

bool desk_world::crash() {
  if (!luck_.fault(options_.crash_percent)) return false;
  note("crash");
  ++life_;
  desk_.reset();
  at(now_ + milliseconds{luck_.between(0, 60'000)}, [this] { restart(); });
  return true;
}

void desk_world::restart() {
  ++life_;
  const auto read_back = codec::decode<execution_desk>(codec::encode({}, durable_.desk));
  if (!read_back || read_back->data != durable_.desk) {
    wrong_ = "the changelog does not survive its codec";
    return;
  }
  desk_.emplace(read_back->data, desk_policy{});
  note("start " + std::to_string(life_));
  take(desk_->on_recovery(context()));
}

void desk_world::append(const schwab_execution& event) {
  note(event.execution.to_string() + " " + std::string{to_string(event.state)} + " " +
       std::string{to_string(event.code)} + " order " + (event.order ? event.order->str() : "-") + " filled " +
       event.filled.to_string() + " " + event.detail);
  ++seen_[std::string{to_string(event.state)}];
  ++seen_[std::string{to_string(event.code)}];
  for (const auto& before : durable_.executions)
    if (before.execution == event.execution && before.filled > event.filled) wrong_ = "cumulative fills went back";
  durable_.executions.push_back(event);
  const auto watch = watch_of(event, now_);
  if (!watch) return;
  if (pollers_.contains(event.execution)) wrong_ = "an execution was submitted twice";
  pollers_.emplace(event.execution, *watch);
  at(now_ + milliseconds{250}, [this, id = event.execution] { poll(id, 1); });
}

void desk_world::poll(const execution_id& execution, int looks) {
  const auto found = pollers_.find(execution);
  if (found == pollers_.end()) return;
  const auto answer = broker_.get(found->second.order, now_);
  const auto step =
      answer ? on_look(found->second, *answer, {}, now_) : on_look_failed(found->second, answer.error(), {}, now_);
  found->second = step.after;
  if (step.event) append(*step.event);
  // A finished poller is gone, but its execution may not get another.
  if (step.finished) return;
  const milliseconds pause{std::min(250 << std::min(looks, 7), 30'000)};
  at(now_ + pause, [this, execution, looks] { poll(execution, looks + 1); });
}

void desk_world::perform(const desk_effect& effect) {
  std::visit(overloaded{[this](const place_order& e) { perform_place(e); }, [](const refresh_token&) {},
                        [&](const auto&) { perform_reads(effect); }},
             effect);
}

void desk_world::perform_place(const place_order& e) {
  const auto& live = durable_.desk.live;
  if (!live || live->execution != e.execution || live->not_after != e.not_after || live->attempts != e.attempt)
    wrong_ = "a POST without a committed intent";
  if (live && live->leased_at - live->begun_at > domain::desk_policy{}.gate.fresh_for)
    wrong_ = "an order of a quantity that is no longer fresh";
  // Rule 2, as far as the broker can tell: nothing of ours may be working, unless it could not be known yet. (When
  // a foreign look-alike is listed before our own order is, it is taken for ours: no evidence tells them apart.)
  for (const auto& order : broker_.orders()) {
    const auto view = broker_.view(order, now_);
    if (order.cause && !options_.broker.very_late && !options_.foreign_orders && view.status == order_status::working)
      wrong_ = "an order was placed while another one was working";
  }
  auto placed = broker_.place(e.execution, e.request, now_);
  note("POST " + e.execution.to_string() + " answer " +
       (placed.answer ? "201" : std::string{to_string(placed.answer.error().kind)}));
  owned(placed.at,
        [this, e, answer = placed.answer] { take(desk_->on_placement(e.execution, e.attempt, answer, context())); });
}

void desk_world::perform_reads(const desk_effect& effect) {
  // The broker looks at one time, the answer arrives at another.
  const timestamp looks = now_ + milliseconds{luck_.between(1, 500)};
  const timestamp arrives = looks + milliseconds{luck_.between(1, 1'500)};
  const auto ask = [&](auto question, auto answer) {
    at(looks, [this, life = life_, arrives, question, answer] {
      if (life != life_) return;
      owned(arrives, [this, answer, result = question()] { answer(result); });
    });
  };
  const auto position = [this] { return broker_.position(aapl, now_); };
  std::visit(
      overloaded{[&](const fetch_baseline& e) {
                   ask(position,
                       [this, e](const auto& r) { take(desk_->on_baseline(e.execution, e.asked_at, r, context())); });
                 },
                 [&](const fetch_position& e) {
                   ask(position,
                       [this, e](const auto& r) { take(desk_->on_position(e.execution, e.asked_at, r, context())); });
                 },
                 [&](const verify_order& e) {
                   ask([this, e] { return broker_.get(e.order, now_); },
                       [this, e](const auto& r) { take(desk_->on_order(e.execution, e.order, r, context())); });
                 },
                 [&](const list_evidence& e) {
                   ask([this, e] { return broker_.list(e.from, e.to, now_); },
                       [this, e](const auto& r) { take(desk_->on_evidence(e.execution, e.asked_at, r, context())); });
                 },
                 [](const auto&) {}},
      effect);
}

std::string desk_world::check_executions(std::map<order_id, schwab_execution>& by_order) const {
  std::map<execution_id, schwab_execution> last;
  for (const auto& event : durable_.executions) last[event.execution] = event;
  for (const auto& command : durable_.commands) {
    const auto found = last.find(command.execution);
    if (found == last.end()) return command.execution.to_string() + " was never heard of";
    const bool excused = options_.foreign_orders && durable_.desk.live;
    if (!found->second.terminal() && !excused) return command.execution.to_string() + " never ended";
  }
  shares total;
  for (const auto& [execution, event] : last) {
    if (event.order && !by_order.emplace(*event.order, event).second)
      return "two executions have order " + event.order->str();
    total = *total.plus(event.side == side::buy ? event.filled : -event.filled);
  }
  if (total != durable_.desk.filled) return "the desk counts " + durable_.desk.filled.to_string() + " filled shares";
  return {};
}

std::string desk_world::verdict() const {
  std::map<order_id, schwab_execution> by_order;
  if (auto text = check_executions(by_order); !text.empty()) return text;
  std::map<execution_id, int> made;
  for (const auto& order : broker_.orders()) {
    if (!order.cause) continue;
    if (++made[*order.cause] > 1) return order.cause->to_string() + " has two orders";
    const auto found = by_order.find(order.terms.id);
    // With foreign look-alikes a person has the last word.
    if (found == by_order.end() && options_.foreign_orders) continue;
    if (found == by_order.end()) return "order " + order.terms.id.str() + " is not accounted for";
    const auto view = broker_.view(order, now_);
    if (found->second.filled != view.filled || found->second.filled_notional != view.filled_notional)
      return "order " + order.terms.id.str() + " filled " + view.filled.to_string() + ", booked " +
             found->second.filled.to_string();
  }
  for (const auto& [execution, posts] : broker_.uncertain_posts())
    if (posts > 1) return execution.to_string() + " was posted again after an uncertain answer";
  if (durable_.desk.live && !options_.foreign_orders) return "the desk is stuck";
  return {};
}

}  // namespace hedgerow::test
