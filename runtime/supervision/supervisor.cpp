#include "runtime/supervision/supervisor.hpp"

#include <algorithm>
#include <caf/all.hpp>
#include <utility>

#include "messages/protocol/final_error.hpp"
#include "messages/types/check.hpp"

namespace hedgerow::supervision {

using namespace protocol;

namespace {

constexpr std::chrono::milliseconds child_answer_timeout{1000};
using pointer = supervisor_actor::stateful_pointer<supervisor_state>;

child* find(supervisor_state& state, const std::string& name) {
  const auto it = std::find_if(state.children.begin(), state.children.end(),
                               [&](const child& c) { return c.spec.name == name; });
  return it == state.children.end() ? nullptr : &*it;
}

bool needs(const child& c, const std::string& name) {
  return std::find(c.spec.needs.begin(), c.spec.needs.end(), name) != c.spec.needs.end();
}

bool is_up(const child& c) { return c.state == child_state::up; }

void launch(pointer self, child& c) {
  running needed;
  for (const auto& name : c.spec.needs) {
    child* other = find(self->state, name);
    HEDGEROW_CHECK(other != nullptr, "a child can only need children of the same supervisor");
    HEDGEROW_CHECK(c.spec.tier == tier::shows || other->spec.tier == tier::trades,
                   "what trades must not depend on what only shows");
    if (!is_up(*other)) return;  // it is about to be started and will bring this one up with it
    needed[name] = other->handle;
  }
  c.handle = c.spec.start(self->system(), needed);
  c.state = child_state::up;
  c.started_at = self->state.clock->monotonic();
  self->monitor(c.handle);
}

/// The child stays ours until its down message: only then it has let go of what its successor needs.
void take_down(child& c) {
  if (!is_up(c)) return;
  c.state = child_state::stopping;
  caf::anon_send_exit(c.handle, caf::exit_reason::kill);
}

void tell(const policy& rules, ports::notice_level level, const char* code, const child& c, const std::string& text) {
  if (rules.notices != nullptr) rules.notices->raise(level, "supervisor", code, c.spec.name, text);
}

/// Counts a failure and sets the next back-off. False when the budget is used up.
bool charge(child& c, const policy& rules, monotonic_time now) {
  while (!c.recent.empty() && now - c.recent.front() > rules.budget_window) c.recent.pop_front();
  if (c.recent.empty()) c.backoff = std::chrono::milliseconds{0};
  c.recent.push_back(now);
  ++c.restarts;
  c.backoff = c.backoff.count() == 0 ? rules.backoff_min : std::min(rules.backoff_max, c.backoff * 2);
  return c.recent.size() <= rules.budget;
}

/// Starts `name`, and restarts everything that holds a handle of its predecessor.
void bring_up(pointer self, const std::string& name) {
  child* c = find(self->state, name);
  if (c == nullptr || c->state != child_state::down || self->state.draining) return;
  launch(self, *c);
  if (!is_up(*c)) return;
  for (auto& other : self->state.children) {
    if (!needs(other, name)) continue;
    take_down(other);
    bring_up(self, other.spec.name);
  }
}

void end(pointer self, const std::string& why, const std::function<void(std::string)>& on_death) {
  self->state.draining = true;
  on_death(why);
  for (auto& c : self->state.children) take_down(c);
  self->quit(caf::make_error(caf::sec::runtime_error, why));
}

/// A child that only shows has used up its budget: it must not take along what trades.
void park(pointer self, child& c, const policy& rules, const std::string& why) {
  if (!std::exchange(c.parked, true))
    tell(rules, ports::notice_level::alarm, "service_parked", c,
         why + "; trading goes on without it, and it is tried again every " +
             std::to_string(rules.parked_retry.count() / 1000) + " s");
  self->delayed_send(self, rules.parked_retry, tick_atom::value, c.spec.name);
}

void failed(pointer self, child& c, const caf::error& reason, const policy& rules,
            const std::function<void(std::string)>& on_death) {
  const auto final = why_final(reason);
  c.last_error = final ? *final : self->system().render(reason);
  tell(rules, ports::notice_level::warning, "actor_died", c, c.last_error);
  if (final) return end(self, *final, on_death);
  const auto now = self->state.clock->monotonic();
  if (now - c.started_at > rules.budget_window) c.parked = false;
  const bool within_budget = charge(c, rules, now);
  if (within_budget && !c.parked) {
    self->delayed_send(self, c.backoff, tick_atom::value, c.spec.name);
    return;
  }
  const auto why = c.spec.name + " failed " + std::to_string(c.recent.size()) + " times within " +
                   std::to_string(rules.budget_window.count() / 1000) + " s; last: " + c.last_error;
  if (c.spec.tier == tier::trades) return end(self, why, on_death);
  park(self, c, rules, why);
}

void went_down(pointer self, const caf::down_msg& down, const policy& rules,
               const std::function<void(std::string)>& on_death) {
  const auto it = std::find_if(self->state.children.begin(), self->state.children.end(), [&](const child& c) {
    return c.handle && c.handle.address() == down.source;
  });
  if (it == self->state.children.end()) return;
  const bool stopped = it->state == child_state::stopping;
  it->handle = nullptr;
  it->state = child_state::down;
  const bool requested = std::exchange(it->requested, false);
  if (self->state.draining) return;
  if (!stopped || why_final(down.reason)) return failed(self, *it, down.reason, rules, on_death);
  if (requested)
    tell(rules, ports::notice_level::info, "actor_restarted", *it, "restarted because a person asked for it");
  bring_up(self, it->spec.name);
}

restart_result restart(pointer self, const std::string& name) {
  child* c = find(self->state, name);
  if (c == nullptr) return restart_result::unknown;
  if (self->state.draining) return restart_result::waiting;
  if (c->parked && c->state == child_state::down) {
    bring_up(self, name);
    return is_up(*c) ? restart_result::restarting : restart_result::waiting;
  }
  if (c->state == child_state::down) return restart_result::waiting;
  if (is_up(*c)) {
    ++c->restarts;
    c->requested = true;
    take_down(*c);
  }
  return restart_result::restarting;
}

/// Drains child `index`, then the next one.
void drain_from(pointer self, std::size_t index, const policy& rules,
                caf::typed_response_promise<std::vector<std::string>> done) {
  auto& children = self->state.children;
  while (index < children.size() && (!is_up(children[index]) || !children[index].spec.drains)) ++index;
  if (index == children.size()) {
    for (auto& c : children) take_down(c);
    done.deliver(self->state.left_over);
    self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  const auto next = [=](bool in_time) {
    if (!in_time) self->state.left_over.push_back(self->state.children[index].spec.name);
    drain_from(self, index + 1, rules, done);
  };
  self->request(children[index].handle, rules.grace, drain_atom::value)
      .then([=](ok_atom) { next(true); }, [=](const caf::error&) { next(false); });
}

struct roll_call {
  actor_status answer;
  std::vector<actor_status> children;
  std::size_t missing = 0;
  caf::typed_response_promise<actor_status> promise;

  void put(std::size_t index, actor_status s) {
    children[index] = std::move(s);
    if (--missing > 0) return;
    answer.children = std::move(children);
    promise.deliver(std::move(answer));
  }
};

caf::result<actor_status> ask_all(pointer self, const std::string& name) {
  auto call = std::make_shared<roll_call>();
  call->answer = {name, "supervisor", self->state.draining ? "draining" : "running", self->mailbox().size(), 0, {}, {},
                  {}};
  const auto& children = self->state.children;
  if (children.empty()) return call->answer;
  call->children.resize(children.size());
  call->missing = children.size();
  call->promise = self->make_response_promise<actor_status>();
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto& c = children[i];
    const auto finish = [call, i, restarts = c.restarts, error = c.last_error, child_name = c.spec.name,
                         shows = c.spec.tier == tier::shows](actor_status s) {
      s.name = child_name;
      if (shows) s.detail.emplace_back("tier", "shows");
      s.restarts += restarts;
      if (s.last_error.empty()) s.last_error = error;
      call->put(i, std::move(s));
    };
    if (!is_up(c)) {
      finish({c.spec.name, "actor", c.parked ? "parked" : "restarting", 0, 0, {}, {}, {}});
      continue;
    }
    self->request(c.handle, child_answer_timeout, status_atom::value)
        .then([finish](const actor_status& s) { finish(s); },
              [finish](const caf::error&) { finish({"", "actor", "not answering", 0, 0, {}, {}, {}}); });
  }
  return call->promise;
}

}  // namespace

supervisor_actor::behavior_type supervisor(pointer self, std::string name, std::vector<child_spec> children,
                                           policy rules, const ports::clock* clock,
                                           std::function<void(std::string)> on_death) {
  self->state.clock = clock;
  for (auto& spec : children) {
    auto& made = self->state.children.emplace_back();
    made.spec = std::move(spec);
  }
  self->set_down_handler([=](const caf::down_msg& down) { went_down(self, down, rules, on_death); });
  for (auto& c : self->state.children) launch(self, c);
  return {
      [=](status_atom) { return ask_all(self, name); },
      [=](drain_atom) -> caf::result<std::vector<std::string>> {
        self->state.draining = true;
        auto done = self->make_response_promise<std::vector<std::string>>();
        drain_from(self, 0, rules, done);
        return done;
      },
      [=](restart_atom, const std::string& child_name) { return restart(self, child_name); },
      [=](tick_atom, const std::string& child_name) { bring_up(self, child_name); },
  };
}

}  // namespace hedgerow::supervision
